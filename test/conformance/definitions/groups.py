"""Membership by option and by bind in mixed order, and who then hears what."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import flat
from record import *

LIST = "NETLINK_LIST_MEMBERSHIPS"


def walk(seed, protocol):
    rng = Random(seed)
    out = [socket("s", protocol=protocol), bind("s", 90)]
    names = ["a", "b", "c"]
    out += [[socket(n, protocol=protocol), bind(n, 10 + i) if rng.random() < 0.7 else []] for i, n in enumerate(names)]
    for step in range(26):
        n = rng.choice(names)
        group = rng.choice([1, 2, 3, 4, 17, 31, 32])
        kind = rng.choice("jjjllbbgggpms")
        port = 10 + names.index(n)
        if kind == "j":
            out += [join(n, group), getsockname(n)]
        elif kind == "l":
            out += [leave(n, group), getsockname(n)]
        elif kind == "b":
            out += [bind(n, port, rng.choice([0, 1, 3, 12, 0x80000000, 0xffffffff])), getopt(n, LIST, 4)]
        elif kind == "g":
            out += [sendto("s", b"g%d" % step, 0, 1 << (group - 1))]
        elif kind == "p":
            out += [sendto("s", b"p%d" % step, rng.choice([10, 11, 12, 90]), 1 << (group - 1))]
        elif kind == "m":
            out += [sendto(n, b"m%d" % step, rng.choice([0, 10, 11]), rng.choice([6, 0xffffffff, 0x80010000]))]
        else:
            out += [[recvmsg(one) for one in names]]
    return out + [[[recvmsg(one) for _ in range(6)] for one in names + ["s"]], table(protocol=protocol)]


SCENARIOS = flat([
    [scenario("groups/walk-%d-on-%d" % (seed, protocol), "Joins, leaves, binds and multicasts in an order that nobody chose.", walk(seed * 7 + protocol, protocol)) for protocol in (2, 11) for seed in range(1, 6)],
    scenario("groups/list-in-every-room", "NETLINK_LIST_MEMBERSHIPS writes whole words of what fits and always tells the full length, before and after groups were left.",
             socket("a"), [getopt("a", LIST, n) for n in range(10)], join("a", 32), join("a", 1), [getopt("a", LIST, n) for n in range(10)], leave("a", 32), leave("a", 1), [getopt("a", LIST, n) for n in (0, 3, 4, 8, 12)],
             socket("b"), leave("b", 32), getopt("b", LIST, 4), leave("b", 33), getopt("b", LIST, 4), socket("c"), join("c", 33), getopt("c", LIST, 4), bind("c", 10, 0), getopt("c", LIST, 4), bind("c", 11, 1), getopt("c", LIST, 4)),
    scenario("groups/odd-values", "A group is the first four bytes of the value; with fewer it is 0.",
             socket("a"), [[setopt("a", o, v, len=l), getsockname("a")] for o in ("NETLINK_ADD_MEMBERSHIP", "NETLINK_DROP_MEMBERSHIP") for v, l in
                           (("", None), ("01", None), ("0100", None), ("010000", None), ("01000000", None), ("0200000099", None), ("03000000ffffffff", None), (4, 3), (5, 5), (6, 0), (7, -1), ("00000001", None), ("20000000", None), ("21000000", None), ("ffffffff", None))]),
    scenario("groups/the-port-that-hears-nothing", "A multicast leaves out the sender's own socket and every member whose port equals the named one; that one gets it as a unicast, once.",
             [[socket(n), bind(n, p, 1)] for n, p in (("a", 10), ("b", 11), ("c", 12))], socket("d"), join("d", 1), [sendto("a", b"to %d" % p, p, 1) for p in (0, 10, 11, 12, 13)], [[recvmsg(n) for _ in range(5)] for n in "abcd"],
             [sendto("d", b"d to %d" % p, p, 1) for p in (0, 10, 100)], [[recvmsg(n) for _ in range(4)] for n in "abcd"]),
    scenario("groups/bind-with-what-was-joined", "A bind replaces what options joined, and options add to what a bind set.",
             socket("a"), join("a", 5), bind("a", 10, 1), getsockname("a"), join("a", 5), bind("a", 10, 1 << 4), getsockname("a"), leave("a", 5), getsockname("a"), bind("a", 10, 0xf0), leave("a", 6), leave("a", 1), getsockname("a"), bind("a", 99, 0), getsockname("a"), bind("a", 10, 0), getsockname("a"), getopt("a", LIST, 4)),
])
