"""Overflow and congestion in sequences that a generator made."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import flat
from record import *

SIZES = (1, 5, 256, 257, 700, 705, 1728, 1729, 3776, 3777, 8000, 30000)


def walk(seed, steps=55):
    rng = Random(seed)
    members = ["a", "b"][:1 + seed % 2]
    out = []
    for i, n in enumerate(members):
        out += [socket(n), setopt(n, "SO_RCVBUF", rng.choice([0, 0, 1500, 2600, 4000, 9000])), bind(n, 10 + i, 1)]
        if rng.random() < 0.25:
            out += [setopt(n, "NETLINK_NO_ENOBUFS", 1)]
        if rng.random() < 0.25:
            out += [setopt(n, "NETLINK_BROADCAST_ERROR", 1)]
    out += [socket("s"), bind("s", 20)]
    for step in range(steps):
        n = rng.choice(members)
        port = 10 + members.index(n)
        data = b"%c" % (65 + step % 26) * rng.choice(SIZES[:4] if rng.random() < 0.6 else SIZES)
        kind = rng.choices("mubrpqenoxcjlzt", [14, 8, 3, 14, 2, 2, 3, 1, 1, 2, 1, 1, 1, 2, 2])[0]
        if kind == "m":
            out += [sendto("s", data, 0, 1)]
        elif kind == "u":
            out += [sendto("s", data, port)]
        elif kind == "b":
            out += [sendto("s", data, port, 1)]
        elif kind == "r":
            out += [recv(n, 3, "MSG_TRUNC")]
        elif kind == "p":
            out += [recv(n, 3, "MSG_PEEK", "MSG_TRUNC")]
        elif kind == "q":
            out += [poll(n, "POLLIN", "POLLOUT", "POLLERR")]
        elif kind == "e":
            out += [getopt(n, "SO_ERROR")]
        elif kind == "n":
            out += [setopt(n, "NETLINK_NO_ENOBUFS", 1)]
        elif kind == "o":
            out += [setopt(n, "NETLINK_NO_ENOBUFS", 0)]
        elif kind == "x":
            out += [setopt(n, "SO_RCVBUF", rng.choice([0, 1152, 1248, 2000, 3000, 9000, 20000]))]
        elif kind == "c":
            out += [rng.choice([connect(n, 20), connect(n, 5), connect(n, 0, 0, family=0)])]
        elif kind == "j":
            out += [join(n, 1)]
        elif kind == "l":
            out += [leave(n, 1)]
        elif kind == "z":
            out += [read(n, 0), recv(n, 0)]
        else:
            out += [meminfo(n)]
    return out + [[[meminfo(n), poll(n), repeat(12, recv(n, 1)), meminfo(n)] for n in members], table()]


SCENARIOS = flat([
    [scenario("losses/walk-%d" % seed, "Messages of all sizes by port, by group and by both into small buffers, with receives, errors and options in between.", walk(seed)) for seed in range(1, 25)],
    scenario("losses/one-too-many-at-every-buffer", "The message that reaches the limit exactly is taken, the one that would pass it is lost.",
             socket("s"), bind("s", 20), [[socket("r%d" % i), setopt("r%d" % i, "SO_RCVBUF", n), bind("r%d" % i, 30 + i, 1 << i), repeat(9, sendto("s", b"x", 0, 1 << i)), meminfo("r%d" % i), recv("r%d" % i), repeat(9, recv("r%d" % i)), meminfo("r%d" % i)] for i, n in enumerate((1151, 1152, 1247, 1248, 1249, 1663, 1664, 1665, 2079, 2080, 2081, 2496))]),
    scenario("losses/peek-and-error-in-turn", "A peek never ends a congestion, nor do SO_ERROR, poll or a larger buffer; the receive that empties the queue does.",
             [[socket(n), setopt(n, "SO_RCVBUF", 0), bind(n, 10 + i, 1)] for i, n in enumerate("abcdef")], socket("s"), bind("s", 20), [sendto("s", b"m%d" % i, 0, 1) for i in range(4)],
             recv("a", 9, "MSG_PEEK"), recv("a", 9, "MSG_PEEK"), getopt("b", "SO_ERROR"), setopt("c", "SO_RCVBUF", 50000), poll("d"), recv("e", 0), recv("e", 0), recv("e", 0), leave("f", 1), join("f", 1), sendto("s", b"again", 0, 1), sendto("s", b"more", 12), [[recv(n), recv(n), recv(n), recv(n)] for n in "abcdef"], table()),
    scenario("losses/no-enobufs-on-and-off", "Switching NETLINK_NO_ENOBUFS on ends a congestion each time; switching it off does not bring one back.",
             socket("r"), setopt("r", "SO_RCVBUF", 0), bind("r", 10, 1), socket("s"), bind("s", 20), [[[sendto("s", b"m", 0, 1) for _ in range(4)], setopt("r", "NETLINK_NO_ENOBUFS", v), poll("r"), recv("r"), sendto("s", b"n", 0, 1), sendto("s", b"u", 10), meminfo("r"), recv("r"), recv("r"), recv("r"), recv("r")] for v in (1, 0, 1, 1, 0, 0, "01", "00000000", 7)], table()),
])
