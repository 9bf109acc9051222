"""connect() in sequences that a generator made, and what connected sockets still hear."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import chunks, flat, pairwise
from record import *

TASKS = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "caps": []}}


def walk(seed, protocol):
    rng = Random(seed)
    names = {"a": 10, "b": 11, "c": 12}
    out = [[socket(n, protocol=protocol), bind(n, p, rng.choice([0, 1, 3]))] for n, p in names.items()]
    for step in range(32):
        n = rng.choice(list(names))
        port, groups = rng.choice([0, 10, 11, 12, 77]), rng.choice([0, 0, 1, 2, 6])
        kind = rng.randrange(8)
        if kind < 2:
            out += [connect(n, port, groups, addrlen=rng.choice([None, None, None, 11, 12, 40]), family=rng.choice([None, None, None, 0, 2])), getpeername(n)]
        elif kind < 4:
            out += [send(n, b"s%d" % step)]
        elif kind < 6:
            out += [sendto(n, b"t%d" % step, port, groups, addrlen=rng.choice([None, None, 0]))]
        elif kind == 6:
            out += [write(n, b"w%d" % step)]
        else:
            out += [[recvmsg(one) for one in names]]
    return out + [[[recvmsg(one) for _ in range(9)], getsockname(one), getpeername(one)] for one in names]


def attempt(i, row):
    s = "s%d" % i
    port = {"zero": 0, "there": 9, "nobody": 77, "own": 50}[row["port"]]
    state = {"fresh": [], "bound": [bind(s, 50)], "connected": [connect(s, 0)]}[row["state"]]
    return [socket(s, task=row["task"], protocol=row["protocol"]), state, connect(s, port, row["groups"], addrlen=row["addrlen"], family=row["family"]), getsockname(s), getpeername(s), send(s, b"%d" % i), recvmsg("r" if row["protocol"] == 2 else "q"), close(s)]


ROWS = pairwise(state=["fresh", "bound", "connected"], port=["zero", "there", "nobody", "own"], groups=[0, 1, 6, 0x80000000], addrlen=[None, 0, 1, 2, 11, 12, 13, 128, 129, -1], family=[None, None, 0, 2], task=["t", "u"], protocol=[2, 11])

SCENARIOS = flat([
    [scenario("peers/walk-%d-on-%d" % (seed, protocol), "Sockets that connect, send and disconnect in an order that nobody chose.", walk(seed * 13 + protocol, protocol)) for protocol in (2, 11) for seed in range(1, 5)],
    [scenario("peers/every-connect-%d" % n, "connect with states and addresses that meet in pairs, and a send afterwards.", socket("r"), bind("r", 9, 1), socket("q", protocol=11), bind("q", 9, 3), [attempt(i, row) for i, row in enumerate(rows)], tasks=TASKS) for n, rows in chunks(ROWS, 10)],
    scenario("peers/who-gets-through", "A connected socket takes unicasts of its peer's port only, whoever holds it now; groups and the queue do not care.",
             [[socket(n), bind(n, p, 1)] for n, p in (("a", 10), ("b", 11), ("c", 12))], [[connect("a", *peer), [sendto(n, b"%s to a" % n.encode(), 10) for n in "abc"], sendto("b", b"group", 0, 1), sendto("c", b"both", 10, 1), [recvmsg("a") for _ in range(5)]] for peer in ((11, 0), (12, 4), (0, 0), (0, 1), (10, 0), (99, 0))],
             connect("a", 0, 0, family=0, addrlen=2), [sendto(n, b"%s to a" % n.encode(), 10) for n in "abc"], [recvmsg("a") for _ in range(4)], connect("a", 12), close("c"), socket("d"), sendto("d", b"no", 10), socket("e"), bind("e", 12), sendto("e", b"yes", 10), recvmsg("a"), recvmsg("a")),
])
