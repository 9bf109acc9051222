"""bind() in every state of a socket, with every kind of address."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _combine import chunks, flat, pairwise
from record import *

TASKS = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "caps": []}, "v": {"pid": 300, "uid": 0, "caps": "all"}}

STATES = {
    "fresh": lambda s, p: [],
    "bound": lambda s, p: [bind(s, p)],
    "auto": lambda s, p: [bind(s)],
    "refused": lambda s, p: [bind(s, 7)],
    "connected": lambda s, p: [connect(s, 0)],
    "after-a-send": lambda s, p: [sendto(s, b"x", 0)],
    "disconnected": lambda s, p: [connect(s, 5, 2, family=0)],
}


def one(i, row):
    s, own = "s%d" % i, 1000 + i
    port = {"own": own, "zero": 0, "taken": 7, "pid": 200 if row["task"] == "u" else 100, "other": 3000 + i, "high": 0xfffffff0 - i}[row["port"]]
    return [socket(s, task=row["task"], protocol=row["protocol"]), STATES[row["state"]](s, own), getsockname(s),
            bind(s, port, row["groups"], addrlen=row["addrlen"], family=row["family"]), getsockname(s), getopt(s, "NETLINK_LIST_MEMBERSHIPS", 8),
            bind(s, port, row["groups"] ^ 1), getsockname(s), close(s) if row["then"] == "close" else []]


ROWS = pairwise(state=list(STATES), port=["own", "zero", "taken", "pid", "other", "high"], groups=[0, 1, 2, 5, 0x80000000, 0xffffffff], task=["t", "u"], protocol=[2, 11],
                addrlen=[None, None, 12, 20, 128], family=[None], then=["close", "keep"])
WRONG = pairwise(seed=2, state=list(STATES), port=["own", "zero", "taken", "other"], groups=[0, 1, 2], task=["t", "u"], protocol=[2, 11],
                 addrlen=[-1, 0, 1, 2, 11, 12, 13, 129, 5000], family=[0, 2, 16, 0x1000], then=["close"])

SCENARIOS = flat([
    [scenario("ports/every-state-%d" % n, "bind in states and with addresses that meet in pairs: state of the socket, port, groups, privilege, protocol, length.",
              socket("x"), bind("x", 7), socket("y", protocol=11), bind("y", 7), [one(i, row) for i, row in enumerate(rows)], table(), table(protocol=11), tasks=TASKS)
     for n, rows in chunks(ROWS, 6)],
    [scenario("ports/wrong-addresses-%d" % n, "The same with short, long and foreign addresses: the first thing that is wrong is told.",
              socket("x"), bind("x", 7), socket("y", protocol=11), bind("y", 7), [one(i, row) for i, row in enumerate(rows)], table(), tasks=TASKS)
     for n, rows in chunks(WRONG, 9)],
    scenario("ports/automatic-in-a-crowd", "The process id goes to the first socket without a port that asks for one, whatever makes it ask; the next ones draw.",
             [socket(n) for n in ("a", "b", "c", "d", "e", "f")], join("a", 2), recv("b"), poll("c"), sendto("d", b"x", 99), getsockname("d"), bind("a"), getsockname("a"), connect("b", 3), getsockname("b"), connect("c", 0, 0, family=0), getsockname("c"),
             close("d"), bind("c", 0, 4), getsockname("c"), sendmsg("e", [b"y"], 100), getsockname("e"), recvfrom("c"), sendto("f", b"", 100), getsockname("f"), bind("f", 100), bind("f", 101), getsockname("f"), table()),
    scenario("ports/two-tasks-and-each-others-ids", "A task may sit on another's process id, even as its own automatic port does on the number of a third.",
             socket("a"), bind("a", 200), socket("b", task="u"), bind("b"), getsockname("b"), socket("c", task="v"), bind("c", 100), socket("d"), bind("d"), getsockname("d"), sendto("b", b"1", 200), recvfrom("a"), sendto("d", b"2", "$auto.b"), recvfrom("b"), close("a"),
             socket("e", task="u"), bind("e"), getsockname("e"), close("c"), socket("f"), bind("f"), getsockname("f"), sendto("f", b"3", 200), recvfrom("e"), table(), tasks=TASKS),
    scenario("ports/wanted-and-not-got", "What a refused bind leaves behind: the number is seen and counts for groups, a later bind to it or to 0 works once it is free.",
             socket("a"), bind("a", 50), [[socket(n), join(n, 1), bind(n, 50, 6), getsockname(n)] for n in ("b", "c")], socket("s"), bind("s", 60), sendto("s", b"1", 0, 1), sendto("s", b"2", 50, 1), sendto("s", b"3", 0, 2), sendto("b", b"4", 60), getsockname("b"), recvfrom("s"),
             [recvmsg(n) for n in ("a", "b", "b", "c", "c")], close("a"), bind("c", 50, 2), getsockname("c"), sendto("s", b"5", 50, 2), [recvmsg("c") for _ in range(3)], table()),
    [scenario("ports/namespaces-%d" % proto, "Two network namespaces: the same ports, the same groups, and nothing in common.",
              [[socket("%s%d" % (t, i), task=t, protocol=proto), bind("%s%d" % (t, i), 10 + i, 1 << i)] for t in ("t", "w") for i in range(3)], [sendto("t0", b"t%d" % i, 10 + i, 4) for i in range(3)], [sendto("w1", b"w%d" % i, 10 + i, 1) for i in range(4)],
              [recvmsg("%s%d" % (t, i)) for t in ("t", "w") for i in range(3)], [recvmsg("%s%d" % (t, i)) for t in ("t", "w") for i in range(3)], close("t0"), sendto("w1", b"again", 10), recvmsg("w0"), sendto("t1", b"gone", 10), table("t", proto), table("w", proto),
              tasks={"t": TASKS["t"], "w": {"pid": 400, "uid": 0, "caps": "all", "netns": "other"}}) for proto in (2, 11)],
])
