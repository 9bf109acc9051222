"""The end of sockets and tasks, poll after everything, ioctl, and calls on what is gone."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _combine import flat
from record import *

TASKS = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 0, "caps": "all"}}
EVENTS = ("POLLIN", "POLLPRI", "POLLOUT", "POLLERR", "POLLHUP", "POLLRDNORM", "POLLRDBAND", "POLLWRNORM", "POLLWRBAND", "POLLMSG", "POLLRDHUP")


def polls(s):
    return [poll(s, *EVENTS), poll(s, "POLLIN"), poll(s, "POLLOUT"), poll(s, "POLLPRI")]


SCENARIOS = flat([
    scenario("endings/poll-after-everything", "poll after each thing that can happen to a socket.",
             socket("a"), setopt("a", "SO_RCVBUF", 0), polls("a"), bind("a", 10, 1), polls("a"), socket("s"), bind("s", 20), sendto("s", b"1", 10), polls("a"), recv("a", 9, "MSG_PEEK"), polls("a"), [sendto("s", b"m", 0, 1) for _ in range(3)], polls("a"), getopt("a", "SO_ERROR"), polls("a"), recv("a"), polls("a"), recv("a"), recv("a"), polls("a"), connect("a", 99), polls("a"), send("a", b"x"), polls("a"),
             connect("a", 0, 0, family=0), [sendto("s", b"u", 10) for _ in range(3)], polls("a"), polls("s"), make("shutdown", sock="a", how="SHUT_RDWR"), polls("a"), close("s"), polls("a"), close("a"), polls("a")),
    [scenario("endings/%s-of-a-task" % how, "A task that ends closes all that it had: ports, groups, queues; others see it at once.",
              socket("a", task="u"), bind("a", 10, 1), socket("b", task="u"), bind("b"), socket("c", task="u", protocol=11), bind("c", 30, 1), socket("d", task="u"), join("d", 5), socket("r"), bind("r", 90, 16), connect("r", 10), send("r", b"1"), sendto("a", b"2", 0, 16), sendto("b", b"3", 90), table(), end,
              send("r", b"4"), sendto("r", b"5", 200), sendto("r", b"6", 0, 1), table(), table(protocol=11), bind("a", 5), recv("b"), poll("c"), getopt("d", "SO_TYPE"), recvmsg("r"), recvmsg("r"), socket("e"), bind("e", 10), getsockname("e"), send("r", b"7"), recvfrom("e"), tasks=TASKS)
     for how, end in (("exit", {"call": "exit", "task": "u", "code": 3}), ("kill", {"call": "kill", "task": "u", "sig": "SIGKILL"}), ("segfault", {"call": "kill", "task": "u", "sig": "SIGSEGV"}))],
    scenario("endings/parent-goes-first", "A child has none of its parent's sockets, and lives on with its own.",
             socket("p", task="u"), bind("p"), fork("c", 205, task="u"), socket("k", task="c"), bind("k"), getsockname("k"), {"call": "exit", "task": "u", "code": 0}, socket("a"), sendto("a", b"still here", 205), recvfrom("k"), sendto("a", b"gone", 200), socket("n", task="c"), bind("n", 200), getsockname("n"), table(), tasks=TASKS),
    scenario("endings/exec-closes", "The sockets of this recorder are closed by exec; their ports are free then.",
             fork("c", 205, task="u"), socket("k", task="c"), bind("k", 44, 1), socket("a"), sendto("a", b"x", 44), {"call": "exec", "task": "c", "file": "prog"}, sendto("a", b"y", 44), bind("a", 44), table(), end("c"), tasks=TASKS),
    scenario("endings/every-call-on-a-closed-socket", "EBADF, whatever else is wrong; poll says POLLNVAL.",
             socket("a"), bind("a", 5, 1), close("a"), [one for one in (bind("a", 5, 1, family=2), bind("a", 5, addrlen=-1), connect("a", 1, addrlen=500), getsockname("a", addrlen=-1), getpeername("a"), send("a", b""), send("a", b"x", "MSG_OOB"), sendto("a", b"x", 1, addrlen=200), sendmsg("a", [b"x"], 1, control=[creds(1, 1, 1)]), write("a", b""), read("a", 0), recv("a", 0), recvfrom("a", 9, addrlen=-1), recvmsg("a", 9, "MSG_OOB"), setopt("a", "NETLINK_PKTINFO", 1, len=-1), setopt("a", 99, None, level=7, len=4), getopt("a", "SO_ERROR", -1), ioctl("a", "FIONREAD"), make("listen", sock="a"), make("accept", sock="a"), make("shutdown", sock="a", how=77), close("a"))], poll("a"), poll("a", "POLLPRI")),
    scenario("endings/ioctl-numbers", "Requests that every file knows work, all others are ENOTTY.",
             socket("a"), bind("a", 5), sendto("a", b"12345", 5), [ioctl("a", r, v) for r, v in (("FIONREAD", 0), ("TIOCOUTQ", 0), ("FIONBIO", 1), ("FIOCLEX", 0), ("FIONCLEX", 0), ("SIOCATMARK", 0), ("SIOCGSTAMP", 0), ("SIOCGPGRP", 0), ("TCGETS", 0), (0, 0), (0x89e0, 0), (0x541b, 7), (0xffff, 0))], recv("a")),
    scenario("endings/port-handed-on", "A port goes from socket to socket, with nothing left of the holder before: no messages, groups, options or errors.",
             socket("s"), bind("s", 20), [[socket("h%d" % i), setopt("h%d" % i, "SO_RCVBUF", 0), bind("h%d" % i, 10, 1 << i), [sendto("s", b"%d" % i, 10, 1 << i) for _ in range(3)], getopt("h%d" % i, "SO_RCVBUF"), getopt("h%d" % i, "NETLINK_LIST_MEMBERSHIPS", 4), poll("h%d" % i), recv("h%d" % i, 9, "MSG_PEEK"), table(), close("h%d" % i)] for i in range(4)], sendto("s", b"x", 10), table()),
    scenario("endings/calls-that-netlink-lacks", "listen, accept, shutdown and socketpair in every state.",
             [[socket("x%d" % i, protocol=p, type=t), bind("x%d" % i, 30 + i) if i % 2 else [], make("listen", sock="x%d" % i, backlog=b), make("accept", sock="x%d" % i), make("shutdown", sock="x%d" % i, how=h)] for i, (p, t, b, h) in enumerate(((2, 2, 0, 0), (2, 3, -1, 2), (11, 2, 99, -1), (11, 3, 1, 3)))], [{"call": "socketpair", "task": "t", "family": 16, "type": t, "protocol": p} for t in (2, 3, 1, 11, 2 | 0o4000) for p in (2, 11, 31, 99)]),
    scenario("endings/socket-types-and-flags", "Every type with every flag, on protocols that exist and that do not.",
             [[socket("t%d_%d" % (t, p), type=t, protocol=p), getopt("t%d_%d" % (t, p), "SO_TYPE"), getopt("t%d_%d" % (t, p), "SO_PROTOCOL")] for t in (2, 3, 2 | 0o4000, 3 | 0o2000000, 3 | 0o2004000, 1, 5, 10, 11, 0x12, 3 | 0x400) for p in (2, 11, 13, 32)]),
])
