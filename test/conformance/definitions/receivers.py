"""Receiving with every flag, buffer, room for control messages and room for the address."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _combine import chunks, flat, pairwise
from record import *

SENT = {"port": (10, 0), "group": (0, 4), "both": (10, 4), "foreign-group": (10, 8), "high-group": (0, 0x80000000)}
FLAGS = [[], ["MSG_PEEK"], ["MSG_TRUNC"], ["MSG_PEEK", "MSG_TRUNC"], ["MSG_CMSG_CLOEXEC"], ["MSG_DONTWAIT", "MSG_WAITALL"], ["MSG_ERRQUEUE"], ["MSG_CTRUNC", "MSG_TRUNC"], ["MSG_EOR", "MSG_NOSIGNAL"]]


def one(row):
    pid, groups = SENT[row["sent"]]
    out = [setopt("r", "NETLINK_PKTINFO", row["pktinfo"]), setopt("r", "SO_PASSCRED", row["passcred"]), sendto("s", b"0123456789", pid, groups)]
    if row["call"] == "recvmsg":
        out += [recvmsg("r", row["len"], *row["flags"], controllen=row["controllen"], addrlen=row["addrlen"])]
    elif row["call"] == "iov":
        half = row["len"] // 2
        out += [recvmsg("r", None, *row["flags"], iov=[half, 0, row["len"] - half], controllen=row["controllen"], addrlen=row["addrlen"])]
    elif row["call"] == "recvfrom":
        out += [recvfrom("r", row["len"], *row["flags"], addrlen=row["addrlen"])]
    else:
        out += [recv("r", row["len"], *row["flags"])]
    return out + [recvmsg("r", 4096, controllen=row["controllen"]) if "MSG_PEEK" in row["flags"] else [], meminfo("r")]


ROWS = pairwise(call=["recvmsg", "recvmsg", "iov", "recvfrom", "recv"], len=[0, 1, 9, 10, 11, 100], flags=FLAGS, sent=list(SENT), pktinfo=[0, 1], passcred=[0, 1],
                controllen=[0, 7, 15, 16, 19, 20, 23, 24, 39, 40, 43, 44, 51, 52, 55, 56, 200], addrlen=[None, None, 0, 2, 11, 12, 13, 128])

SCENARIOS = flat([
    [scenario("receivers/pairs-%d" % n, "Receives whose call, buffer, flags, options and rooms meet in pairs.", socket("r"), bind("r", 10, 0x80000004), socket("s", task="u"), bind("s", 11), [one(row) for row in rows], recv("r"),
              tasks={"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "gid": 1002, "caps": []}}) for n, rows in chunks(ROWS, 14)],
    scenario("receivers/every-control-room", "With both control messages on: what fits is whole, what does not is cut or left out, in every room from 0 to 70.",
             socket("r"), bind("r", 10, 1), setopt("r", "NETLINK_PKTINFO", 1), setopt("r", "SO_PASSCRED", 1), socket("s"), bind("s", 11), sendto("s", b"control", 10, 1), [recvmsg("r", 3, "MSG_PEEK", controllen=n) for n in range(71)], recvmsg("r", 3)),
    scenario("receivers/every-control-room-credentials-only", "The same with the credentials alone.",
             socket("r"), bind("r", 10, 1), setopt("r", "SO_PASSCRED", 1), socket("s"), bind("s", 11), sendto("s", b"control", 10, 1), [recvmsg("r", 9, "MSG_PEEK", controllen=n) for n in range(40)], recvmsg("r", 3)),
    scenario("receivers/negative-rooms", "A negative room for the address: recvmsg refuses before it takes the message, recvfrom and a peek in their own way.",
             socket("r"), bind("r", 10), socket("s"), bind("s", 11), [sendto("s", b"m%d" % i, 10) for i in range(6)], recvmsg("r", 9, "MSG_PEEK", addrlen=-1), recvfrom("r", 9, "MSG_PEEK", addrlen=-1), recvfrom("r", 9, addrlen=-5), recvmsg("r", 9, "MSG_TRUNC", addrlen=-2), recvfrom("r", 0, addrlen=-1), recvfrom("r", 1, "MSG_TRUNC", addrlen=-1), [recvfrom("r") for _ in range(4)],
             recvfrom("r", 9, addrlen=-1), recvmsg("r", 9, addrlen=-1)),
    scenario("receivers/empty-with-everything-wrong", "An empty queue is EAGAIN, but MSG_OOB and a negative room of recvmsg come first.",
             socket("r"), [recvmsg("r", 9, *f, addrlen=a) for f in ([], ["MSG_OOB"], ["MSG_PEEK"], ["MSG_ERRQUEUE"], ["MSG_OOB", "MSG_PEEK"]) for a in (None, 0, -1)], [recvfrom("r", n, *f, addrlen=a) for n in (0, 5) for f in ([], ["MSG_OOB"], ["MSG_TRUNC"]) for a in (None, -1)], read("r", 0), read("r", 5)),
    scenario("receivers/zero-length-reads", "recv and recvmsg with no room eat a message, read of nothing does not, a peek never does.",
             socket("r"), bind("r", 10), socket("s"), [sendto("s", b"m%d" % i, 10) for i in range(8)], recv("r", 0, "MSG_PEEK"), read("r", 0), recvmsg("r", None, "MSG_PEEK", iov=[]), recvmsg("r", None, iov=[0, 0]), recv("r", 0, "MSG_TRUNC"), recvfrom("r", 0), recvmsg("r", None, "MSG_TRUNC", iov=[]), read("r", 1), recvmsg("r", None, "MSG_PEEK", "MSG_TRUNC", iov=[1]), recv("r"), recv("r")),
    scenario("receivers/order-of-many", "One FIFO for unicasts and multicasts of several senders.",
             socket("r"), bind("r", 10, 3), [[socket("s%d" % i), bind("s%d" % i, 20 + i)] for i in range(4)], [sendto("s%d" % (i * 3 % 4), b"n%d" % i, 10 if i % 3 else 0, (0, 1, 2, 0)[i % 4] if i % 3 else 1 + i % 2) for i in range(24)], [recvmsg("r", 4096, "MSG_PEEK" if i % 5 == 2 else "MSG_DONTWAIT") for i in range(30)], recv("r")),
])
