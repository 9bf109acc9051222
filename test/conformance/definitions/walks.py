"""Everything at once: sequences over all calls that a generator made."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import flat
from record import *

TASKS = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "caps": []}, "v": {"pid": 300, "uid": 0, "caps": ["CAP_NET_ADMIN"]}}
OPTIONS = ("NETLINK_PKTINFO", "NETLINK_NO_ENOBUFS", "NETLINK_BROADCAST_ERROR", "SO_PASSCRED", "NETLINK_CAP_ACK", "SO_RCVBUF", "SO_SNDBUF")
RET = [[0x06, 0, 0, 5]], [[0x06, 0, 0, 0]], [[0x80, 0, 0, 0], [0x16, 0, 0, 0]], [[0x30, 0, 0, 0], [0x35, 0, 1, 0x70], [0x06, 0, 0, 9], [0x06, 0, 0, 0]]


def walk(seed, steps=48):
    rng = Random(seed)
    protocol = rng.choice([2, 2, 11])
    ports = [10, 11, 12, 13, 14]
    live, made, out = [], 0, []
    for step in range(steps):
        kind = rng.choices(["open", "bind", "connect", "sendto", "group", "both", "send", "recv", "recvmsg", "peek", "set", "get", "join", "leave", "close", "poll", "filter", "big", "table", "claim"],
                           [4 if len(live) < 5 else 1, 6, 3, 8, 7, 4, 3, 6, 9, 3, 4, 3, 3, 2, 1, 2, 1, 2, 1, 2])[0]
        if not live or kind == "open":
            n, task = "s%d" % made, rng.choices("tuv", [5, 2, 2])[0]
            made += 1
            live.append(n)
            out += [socket(n, task=task, protocol=protocol), bind(n, rng.choice(ports), rng.choice([0, 0, 1, 3]))]
            continue
        n = rng.choice(live)
        port, groups, data = rng.choice(ports), rng.choice([1, 2, 4, 3]), b"%c%d" % (rng.randrange(97, 123), step)
        if kind == "bind":
            out += [bind(n, port, rng.choice([0, 1, 2, 5])), getsockname(n)]
        elif kind == "connect":
            out += [connect(n, rng.choice([0, port]), rng.choice([0, 0, 1]), family=rng.choice([None, None, 0])), getpeername(n)]
        elif kind == "sendto":
            out += [sendto(n, data, port)]
        elif kind == "group":
            out += [sendto(n, data, 0, groups)]
        elif kind == "both":
            out += [sendto(n, data, port, groups)]
        elif kind == "send":
            out += [send(n, data)]
        elif kind == "recv":
            out += [recv(n, rng.choice([0, 1, 4096]), *rng.choice([[], ["MSG_TRUNC"]]))]
        elif kind == "recvmsg":
            out += [recvmsg(n, rng.choice([2, 100]), controllen=rng.choice([None, None, 0, 20, 24, 48]))]
        elif kind == "peek":
            out += [recvmsg(n, rng.choice([1, 100]), "MSG_PEEK", *rng.choice([[], ["MSG_TRUNC"]]))]
        elif kind == "set":
            o = rng.choice(OPTIONS)
            out += [setopt(n, o, rng.choice([0, 1, 1500, 3000]) if o[-3:] == "BUF" else rng.choice([0, 1]))]
        elif kind == "get":
            out += [rng.choice([meminfo(n), getopt(n, "SO_ERROR"), getopt(n, "NETLINK_LIST_MEMBERSHIPS", 4), getsockname(n)])]
        elif kind in ("join", "leave"):
            out += [(join if kind == "join" else leave)(n, rng.choice([1, 2, 3, 32, 33]))]
        elif kind == "close":
            live.remove(n)
            out += [close(n), rng.choice([send(n, b"x"), recv(n), poll(n)])]
        elif kind == "poll":
            out += [poll(n, "POLLIN", "POLLOUT", "POLLERR")]
        elif kind == "filter":
            out += [rng.choice([setopt(n, "SO_ATTACH_FILTER", {"filter": rng.choice(RET)}), setopt(n, "SO_DETACH_FILTER", 0)])]
        elif kind == "big":
            out += [sendto(n, bytes([65 + step % 26]) * rng.choice([300, 705, 2000, 4000, 4577, 9000]), port, rng.choice([0, 0, 1]))]
        elif kind == "claim":
            out += [sendmsg(n, [data], port, control=[creds(rng.choice([100, 200, 300, 999]), rng.choice([0, 1000]), rng.choice([0, 1000]))])]
        else:
            out += [table(protocol=protocol)]
    return out + [[meminfo(n), repeat(8, recvmsg(n, 64)), getsockname(n)] for n in live] + [table(protocol=protocol)]


SCENARIOS = flat([[scenario("walks/%02d" % seed, "All calls in an order that nobody chose.", walk(seed), tasks=TASKS) for seed in range(1, 41)]])
