"""cn_proc's count of listeners and masks, in sequences that a generator made."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import flat
from record import *

FORK, EXEC, UID, GID, SID, PTRACE, COMM, NONZERO, CORE, EXIT = 1, 2, 4, 0x40, 0x80, 0x100, 0x200, 0x20000000, 0x40000000, 0x80000000
ALL = FORK | EXEC | UID | GID | SID | PTRACE | COMM | NONZERO | CORE | EXIT
MASKS = ((), (), (), (0,), (FORK,), (EXIT,), (NONZERO,), (FORK | NONZERO,), (COMM | EXIT,), (ALL,), (ALL & ~FORK,), (0xffffffff,), (0x1000,), (0x1000 | EXIT,), (UID | GID,))
PORTS = {"a": 40001, "b": 40002, "c": 40003}


def pr(name, about, *steps, **more):
    return scenario(name, about, *steps, needs="connector", **more)


def op(sock, number, *mask, ack=0):
    return send(sock, cnreq(u32(number, *mask), ack=ack))


def walk(seed, ops=9):
    rng = Random(seed)
    names = list("abc"[:2 + seed % 2])
    out = [[socket(n, protocol=11), bind(n, PORTS[n], 1 if n != "c" or rng.random() < 0.5 else 0)] for n in names]
    out += [op("a", 1, *rng.choice(MASKS[:6]), ack=100), [recv(n) for n in names]]
    pid = 31002
    for i in range(ops):
        n = rng.choice(names)
        kind = rng.choices(["listen", "ignore", "other", "leave", "join", "life", "comm"], [5, 4, 2, 1, 1, 4, 1])[0]
        if kind == "listen":
            out += [op(n, 1, *rng.choice(MASKS), ack=i), [recv(one) for one in names]]
        elif kind == "ignore":
            out += [op(n, 2, *rng.choice(MASKS), ack=i), [recv(one) for one in names]]
        elif kind == "other":
            out += [op(n, rng.choice([0, 3, 7, 0x80000001]), *rng.choice(MASKS), ack=i), [recv(one) for one in names]]
        elif kind == "leave":
            out += [leave(n, 1)]
        elif kind == "join":
            out += [join(n, 1)]
        else:
            child = "k%d" % i
            out += [fork(child, pid), {"call": "setcomm", "task": child, "comm": "w%d" % i} if kind == "comm" else [], end(child, rng.choice([0, 0, 1, 200])), [[recv(one) for _ in range(3)] for one in names]]
            pid += 1
    return out + [fork("z", pid), end("z", 0), [[recv(one) for _ in range(3)] for one in names], table(protocol=11)]


SCENARIOS = flat([
    [pr("listeners/walk-%02d" % seed, "Requests with all kinds of masks from several sockets, and what each of them hears then.", walk(seed)) for seed in range(1, 17)],
    [pr("listeners/each-mask-%d" % n, "One mask, and one event of many kinds: only what it names comes.",
        socket("a", protocol=11), bind("a", 40001, 1), socket("b", protocol=11), bind("b", 40002, 1), op("b", 1), op("a", 1, mask), recv("b"), recv("b"), recv("a"), fork("c", 31002), {"call": "setcomm", "task": "c", "comm": "mask"}, {"call": "setsid", "task": "c"}, {"call": "setresgid", "task": "c", "rgid": 3, "egid": 4, "sgid": 5}, {"call": "setresuid", "task": "c", "ruid": 3, "euid": 4, "suid": 5}, end("c", 1), [recv("b") for _ in range(7)], [recv("a") for _ in range(7)])
     for n, mask in enumerate((FORK, EXEC, UID, GID, SID, COMM, EXIT, NONZERO, CORE, PTRACE, FORK | GID | EXIT, ALL & ~COMM, 0x1c38, 0x1c38 | SID))],
    [pr("listeners/payload-%d-bytes" % size, "Requests with %d bytes behind the cn_msg, told truly and not." % size,
        socket("a", protocol=11), bind("a", 40001, 1), [[send("a", nlmsg(type=3, payload=cnmsg(payload=(u32(1) + u32(EXIT) + u32(7, 7))[:size], ack=told, len_=told))), recv("a")] for told in (0, 3, 4, 5, 8, 12, size)]) for size in (3, 4, 6, 8, 12)],
])
