"""What messages of odd sizes count, and how many of them fit into buffers of odd sizes."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import flat
from record import *

EDGES = sorted({max(1, edge + off) for edge in (1, 64, 128, 192, 255, 256, 320, 448, 512, 704, 1024, 1728, 2048, 3776, 4096, 7872, 8192, 16064, 16384, 32448, 65216, 130752) for off in (-1, 0, 1)})


def costs(name, edges, pid, groups):
    return scenario("sizes/%s" % name, "What each size counts, around every edge.", socket("r"), bind("r", 10, 1), socket("s"), bind("s", 20), [[sendto("s", b"u" * n, pid, groups), meminfo("r"), recv("r", 0)] for n in edges], meminfo("r"))


def fill(seed):
    rng = Random(seed)
    rcvbuf = rng.choice([0, 1200, 2222, 3001, 5555, 12345, 33333, 106496, 250000])
    sizes = [rng.choice(EDGES[:45]) for _ in range(14)]
    return scenario("sizes/mixed-%d" % seed, "Messages of mixed sizes into SO_RCVBUF %d until they do not fit, by port and by group; the sum is right at every step." % rcvbuf,
                    socket("r"), setopt("r", "SO_RCVBUF", rcvbuf), getopt("r", "SO_RCVBUF"), bind("r", 10, 1), setopt("r", "NETLINK_NO_ENOBUFS", seed % 2), socket("s"), bind("s", 20),
                    [[sendto("s", b"f" * n, rng.choice([10, 10, 0]), rng.choice([0, 1])), meminfo("r"), recv("r", 0) if rng.random() < 0.3 else []] for n in sizes], repeat(20, recv("r", 0, "MSG_TRUNC")), meminfo("r"))


def count(size, rcvbuf):
    return [setopt("r", "SO_RCVBUF", rcvbuf), [[repeat(max(3, min(60, 3 * rcvbuf // max(size, 256) + 3)), sendto("s", b"c" * size, *dest)), meminfo("r"), repeat(70, recv("r", 0)), meminfo("r")] for dest in ((10, 0), (0, 1), (10, 2))]]


SCENARIOS = flat([
    costs("by-port", EDGES, 10, 0), costs("by-group", EDGES, 0, 1), costs("by-port-with-a-group", EDGES, 10, 2),
    [fill(seed) for seed in range(1, 13)],
    [scenario("sizes/how-many-of-%d" % size, "How many messages of %d bytes odd buffers take, by port, by group, and by port with a group." % size, socket("r"), bind("r", 10, 1), socket("s"), bind("s", 20), [count(size, rcvbuf) for rcvbuf in (1000, 1777, 4160, 9001)])
     for size in (1, 200, 300, 705, 1728, 1729, 3777, 5000, 9000)],
    scenario("sizes/cut-messages", "A message that is read in part gives back everything that it counted; one that was only looked at keeps it.",
             socket("r"), bind("r", 10), socket("s"), [[sendto("s", b"p" * n, 10), recv("r", 1, "MSG_PEEK"), meminfo("r")] for n in (1, 300, 4000)], [[recvmsg("r", 1), meminfo("r")] for _ in range(3)]),
])
