"""send, sendto and sendmsg with several things wrong at once."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _combine import chunks, flat, pairwise
from record import *

TASKS = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "caps": []}}
CONTROL = {"none": None, "own": [creds(0, 0, 0)], "other": [creds(1, 0, 0)], "nobody": [creds(999, 0, 0)], "rights": [{"level": "SOL_SOCKET", "type": "SCM_RIGHTS", "data": "00000000"}],
           "short": [{"level": "SOL_SOCKET", "type": "SCM_CREDENTIALS", "data": "0000000000000000"}], "long": [{"level": "SOL_SOCKET", "type": "SCM_CREDENTIALS", "data": "00" * 16}], "foreign": [{"level": 99, "type": 1, "data": "00"}], "liar": [{"level": "SOL_SOCKET", "type": "SCM_CREDENTIALS", "data": "00" * 12, "cmsg_len": 8}]}
DEST = {"kernel": (0, 0), "port": (9, 0), "nobody": (77, 0), "group": (0, 1), "both": (9, 2), "groups": (0, 0x80000002), "itself": (50, 0)}


def control(name, task):
    if name == "own":
        return [creds(100, 0, 0) if task == "t" else creds(200, 1000, 1000)]
    return CONTROL[name]


def message(i, row):
    s = "s%d" % i
    pid, groups = DEST[row["dest"]]
    data = {"empty": b"", "byte": b"x", "fits": b"k" * 4576, "big": b"k" * 4577}[row["data"]]
    state = {"fresh": [], "bound": [bind(s, 50)], "connected": [connect(s, 9)] if row["task"] == "t" or row["protocol"] == 2 else [connect(s, 0)]}[row["state"]]
    flags = row["flags"]
    if row["call"] == "sendto":
        step = sendto(s, data, pid, groups, flags, row["addrlen"], family=row["family"])
    elif row["call"] == "send":
        step = send(s, data, *flags)
    elif row["call"] == "sendmsg":
        step = sendmsg(s, [data], pid, groups, flags, control(row["control"], row["task"]), row["addrlen"], family=row["family"])
    else:
        half = len(data) // 2
        step = sendmsg(s, [data[:half], b"", data[half:]], None, 0, flags, control(row["control"], row["task"]))
    return [socket(s, task=row["task"], protocol=row["protocol"]), setopt(s, "SO_SNDBUF", 0), state, step, getsockname(s), getopt(s, "SO_ERROR"), poll(s), close(s)]


COMMON = dict(task=["t", "u"], protocol=[2, 11], state=["fresh", "bound", "connected"], dest=list(DEST), control=list(CONTROL))
ROWS = pairwise(call=["sendto", "sendmsg", "send", "parts"], data=["byte", "byte", "fits", "big"], flags=[[], [], ["MSG_DONTWAIT"], ["MSG_NOSIGNAL", "MSG_CONFIRM"], [0x40000000]],
                addrlen=[None, 12, 13, 0], family=[None], **COMMON)
WRONG = pairwise(seed=2, call=["sendto", "sendmsg", "parts"], data=["empty", "byte", "big"], flags=[[], ["MSG_OOB"], ["MSG_DONTWAIT"]],
                 addrlen=[None, -1, 0, 1, 2, 11, 12, 128, 129, 5000], family=[None, 0, 2], **COMMON)
READ = [recvmsg("r"), recvmsg("r"), recvmsg("q"), recvmsg("q")]
WORLD = [socket("r"), bind("r", 9, 1), setopt("r", "SO_PASSCRED", 1), setopt("r", "NETLINK_PKTINFO", 1), socket("q", protocol=11), bind("q", 9, 2), setopt("q", "SO_PASSCRED", 1)]

SCENARIOS = flat([
    [scenario("senders/pairs-%d" % n, "Sends whose call, data, flags, address, control messages, privilege and state meet in pairs.", WORLD, [[message(i, row), READ] for i, row in enumerate(rows)], tasks=TASKS) for n, rows in chunks(ROWS, 7)],
    [scenario("senders/wrong-things-%d" % n, "Several things wrong in one send: the first check that fails is the answer, and tells whether the socket is bound by then.", WORLD, [[message(i, row), READ[:1]] for i, row in enumerate(rows)], tasks=TASKS) for n, rows in chunks(WRONG, 10)],
    scenario("senders/limit-at-odd-buffers", "The largest datagram is SO_SNDBUF less 32, at every size of the buffer.",
             socket("r"), bind("r", 9), [[socket("s%d" % i), setopt("s%d" % i, "SO_SNDBUF", n), getopt("s%d" % i, "SO_SNDBUF"), [[sendto("s%d" % i, b"d" * (max(4608, 2 * n) - 32 + off), 9), recv("r", 1, "MSG_TRUNC")] for off in (1, 0, -1)]] for i, n in enumerate((2303, 2304, 2305, 3333, 9999))],
             sendto("s0", b"d" * 5000, 9), setopt("s0", "SO_SNDBUF", 20000), sendto("s0", b"d" * 5000, 9), recv("r", 1, "MSG_TRUNC")),
    scenario("senders/many-parts", "Any number of parts in any sizes is one datagram; empty parts are nothing.",
             socket("r"), bind("r", 9), socket("s"), [[sendmsg("s", parts, 9), recvmsg("r")] for parts in ([b"a"], [b"", b"a"], [b"a", b""], [b""] * 5 + [b"ab"], [b"%d" % (i % 10) for i in range(100)], [b"x" * 300] * 7, [b"y" * 4096, b"z"], [b"", b""], [])]),
])
