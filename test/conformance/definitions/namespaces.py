"""Tasks in another pid namespace: their automatic ports and the process ids in credentials."""
from record import *

TASKS = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 0, "caps": "all"}}

SCENARIOS = [
    scenario("namespaces/automatic-port", "The automatic port is the process id as the task itself knows it.",
             fork("c", 1, task="u", pidns="new"), socket("a", task="c"), bind("a"), getsockname("a"), socket("b", task="c"), bind("b"), getsockname("b"), fork("d", 7, task="c"), socket("e", task="d"), sendto("e", b"to one", 1), getsockname("e"), recvfrom("a"), socket("f"), bind("f", 1), bind("f", 100), sendto("f", b"from outside", 7), recvfrom("e"), table(), tasks=TASKS),
    scenario("namespaces/two-first-processes", "Two pid namespaces have a process 1 each; the first one to bind gets the number.",
             fork("c", 1, task="u", pidns="new"), fork("d", 1, task="t", pidns="new"), socket("a", task="c"), socket("b", task="d"), bind("b"), getsockname("b"), bind("a"), getsockname("a"), sendto("a", b"x", 1), recvfrom("b"), tasks=TASKS),
    scenario("namespaces/credentials-from-outside", "A process that the receiver's namespace does not know has the id 0 there; users and groups are the same.",
             fork("c", 1, task="u", pidns="new"), fork("d", 5, task="c"), socket("r", task="c"), bind("r", 10, 1), setopt("r", "SO_PASSCRED", 1), socket("o"), bind("o", 20), sendto("o", b"outside", 10), sendto("o", b"group", 0, 1), socket("i", task="d"), bind("i", 21), sendto("i", b"inside", 10), sendmsg("i", [b"own"], 10, control=[creds(5, 0, 0)]), sendmsg("i", [b"one"], 10, control=[creds(1, 0, 0)]), sendmsg("i", [b"unknown here"], 10, control=[creds(100, 0, 0)]),
             sendmsg("o", [b"own"], 10, control=[creds(100, 3, 4)]), sendmsg("o", [b"unknown there"], 10, control=[creds(5, 0, 0)]), [recvmsg("r") for _ in range(7)], tasks=TASKS),
]
