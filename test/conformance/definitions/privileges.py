"""Which capability each call asks for, on each protocol, as root and as another user."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _combine import flat
from record import *

CAPS = {"nothing": [], "net-admin": ["CAP_NET_ADMIN"], "net-raw": ["CAP_NET_RAW"], "net-broadcast": ["CAP_NET_BROADCAST"], "sys-admin": ["CAP_SYS_ADMIN"], "setuid-setgid": ["CAP_SETUID", "CAP_SETGID"], "everything": "all"}


def every_call(s, protocol, pid, uid):
    return [
        join(s, 1), join(s, 2), join(s, 32), join(s, 0), join(s, 33), getsockname(s), leave(s, 1), leave(s, 4), leave(s, 0), leave(s, 99), getsockname(s),
        bind(s, 50, 4), bind(s, 50, 8), bind(s, 50, 5), bind(s, 50, 12), getsockname(s), bind(s, 50), getsockname(s),
        sendto(s, b"kernel", 0), sendto(s, b"port", 9), sendto(s, b"group", 0, 1), sendto(s, b"both", 9, 1), sendto(s, b"nobody", 77), sendto(s, b"", 9), sendto(s, b"short", 9, addrlen=11),
        connect(s, 9), getpeername(s), send(s, b"peer"), connect(s, 0, 2), connect(s, 9, 2), getpeername(s), connect(s, 0), getpeername(s), send(s, b"kernel"), connect(s, 0, 0, family=0),
        setopt(s, "SO_RCVBUFFORCE", 3000), setopt(s, "SO_SNDBUFFORCE", 6000), getopt(s, "SO_RCVBUF"), getopt(s, "SO_SNDBUF"),
        [setopt(s, "SO_PRIORITY", n) for n in (0, 6, 7, -1)], getopt(s, "SO_PRIORITY"), setopt(s, "SO_MARK", 5), getopt(s, "SO_MARK"), setopt(s, "SO_DEBUG", 1), getopt(s, "SO_DEBUG"), setopt(s, "SO_DEBUG", 0),
        setopt(s, "NETLINK_LISTEN_ALL_NSID", 1), getopt(s, "NETLINK_LISTEN_ALL_NSID"), setopt(s, "NETLINK_LISTEN_ALL_NSID", 0),
        [sendmsg(s, [b"c"], 0, control=[creds(*c)]) for c in ((pid, uid, uid), (1, uid, uid), (999, uid, uid), (pid, uid + 1, uid), (pid, uid, uid + 1))],
        [recv("r") for _ in range(8)],
    ]


SCENARIOS = flat([
    [scenario("privileges/%s-uid-%d-protocol-%d" % (name, uid, protocol), "Every call that could ask for a capability, made by user %d with %s." % (uid, name.replace("-", " ")),
              socket("r", protocol=protocol), bind("r", 9, 3), socket("a", task="u", protocol=protocol), every_call("a", protocol, 200, uid),
              tasks={"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": uid, "caps": caps}})
     for protocol in (2, 11) for name, caps in CAPS.items() for uid in ((0, 1000) if name in ("nothing", "net-admin") else (1000,))],
    scenario("privileges/change-while-open", "The capability is asked for at each call, of the task that makes it; who opened the socket does not matter, and what was got stays.",
             socket("r", protocol=11), bind("r", 9, 2), socket("a", task="u", protocol=11), socket("b", task="u"), {"call": "setcaps", "task": "u", "caps": []}, join("a", 2), join("b", 1), sendto("a", b"1", 9), connect("a", 9), {"call": "setcaps", "task": "u", "caps": ["CAP_NET_ADMIN"]},
             join("a", 2), join("b", 1), connect("a", 9), send("a", b"2"), {"call": "setcaps", "task": "u", "caps": ["CAP_NET_RAW"]}, send("a", b"3"), sendto("a", b"4", 9), sendto("a", b"5", 0, 2), leave("b", 1), bind("b", 5, 0), getsockname("a"), getsockname("b"), bind("a", 44, 2), bind("a", 44, 0), getsockname("a"),
             {"call": "setresuid", "task": "u", "ruid": 0, "euid": 0, "suid": 0}, sendto("a", b"6", 9), [recvmsg("r") for _ in range(5)], tasks={"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "caps": "all"}}),
])
