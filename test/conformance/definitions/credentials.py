"""Credentials of senders in every combination of users, capabilities and claims."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _combine import chunks, flat, pairwise
from record import *

WHO = {"root": {"pid": 301, "uid": 0, "caps": "all"}, "bare-root": {"pid": 302, "uid": 0, "caps": []}, "user": {"pid": 303, "uid": 1000, "gid": 1001, "caps": []}, "admin": {"pid": 304, "uid": 1000, "gid": 1001, "caps": ["CAP_SYS_ADMIN"]},
       "setuid": {"pid": 305, "uid": 1000, "gid": 1001, "caps": ["CAP_SETUID"]}, "setgid": {"pid": 306, "uid": 1000, "gid": 1001, "caps": ["CAP_SETGID"]}, "net": {"pid": 307, "uid": 1000, "gid": 1001, "caps": ["CAP_NET_ADMIN"]}}
TASKS = dict({"t": {"pid": 100, "uid": 0, "caps": "all"}}, **{"w%d" % i: spec for i, spec in enumerate(WHO.values())})
NUMBER = {name: "w%d" % i for i, name in enumerate(WHO)}


def claim(i, row):
    spec = WHO[row["who"]]
    own = spec["pid"], spec["uid"], spec.get("gid", spec["uid"])
    pid = {"own": own[0], "other": 100, "nobody": 4000, "zero": 0, "negative": 0xffffffff}[row["pid"]]
    uid = {"own": own[1], "other": 5, "zero": 0, "none": 0xffffffff}[row["uid"]]
    gid = {"own": own[2], "other": 6, "zero": 0, "none": 0xffffffff}[row["gid"]]
    one = {"level": "SOL_SOCKET", "type": "SCM_CREDENTIALS", "data": struct.pack("<III", pid, uid, gid).hex()}
    control = {"alone": [one], "after-own": [creds(*own), one], "before-own": [one, creds(*own)], "with-foreign": [{"level": "SOL_IP", "type": 1, "data": "00"}, one]}[row["shape"]]
    s = "s%d" % i
    return [socket(s, task=NUMBER[row["who"]], protocol=row["protocol"]), sendmsg(s, [b"%d" % i], 10 if row["protocol"] == 2 else 0, control=control), getsockname(s), recvmsg("r"), close(s)]


ROWS = pairwise(who=list(WHO), pid=["own", "own", "other", "nobody", "zero", "negative"], uid=["own", "other", "zero", "none"], gid=["own", "other", "zero", "none"], shape=["alone", "after-own", "before-own", "with-foreign"], protocol=[2, 2, 11])


def change(what, *numbers):
    return {"call": "setresuid", "task": "v", **dict(zip(("ruid", "euid", "suid"), numbers))} if what == "u" else {"call": "setresgid", "task": "v", **dict(zip(("rgid", "egid", "sgid"), numbers))}


SCENARIOS = flat([
    [scenario("credentials/claims-%d" % n, "Who may claim which process, user and group, alone and beside other control messages.", socket("r"), bind("r", 10), setopt("r", "SO_PASSCRED", 1), [claim(i, row) for i, row in enumerate(rows)], tasks=TASKS) for n, rows in chunks(ROWS, 8)],
    [scenario("credentials/after-changes-%d" % n, "After setresuid and setresgid the real ones are sent; real, effective and saved ones may be claimed.",
              socket("r"), bind("r", 10), setopt("r", "SO_PASSCRED", 1), socket("a", task="v"), sendto("a", b"before", 10), [change(*c) for c in changes], {"call": "setcaps", "task": "v", "caps": []}, sendto("a", b"after", 10), [sendmsg("a", [b"u%d" % u], 10, control=[creds(200, u, changes[0][1])]) for u in (0, 5, 6, 7, 8)], [sendmsg("a", [b"g%d" % g], 10, control=[creds(200, changes[-1][1], g)]) for g in (0, 5, 6, 7, 8)], [recvmsg("r") for _ in range(10)],
              tasks={"t": {"pid": 100, "uid": 0, "caps": "all"}, "v": {"pid": 200, "uid": 0, "caps": "all"}})
     for n, changes in enumerate(([("g", 5, 6, 7), ("u", 5, 6, 7)], [("g", 7, 5, 5), ("u", 7, 5, 5)], [("g", 0, 8, 0), ("u", 0, 8, 6)]), 1)],
    scenario("credentials/control-lengths", "SCM_CREDENTIALS of every length, told truly or not: only 12 bytes are taken, and what lies behind the last whole header is nothing.",
             socket("r"), bind("r", 10), setopt("r", "SO_PASSCRED", 1), socket("a"), [[sendmsg("a", [b"%d" % n], 10, control=[{"level": "SOL_SOCKET", "type": "SCM_CREDENTIALS", "data": (struct.pack("<iII", 100, 0, 0) + bytes(20))[:n].hex()}]), recvmsg("r")] for n in (0, 1, 4, 8, 11, 12, 13, 16, 24)],
             [[sendmsg("a", [b"%d" % n], 10, control=[{"level": "SOL_SOCKET", "type": "SCM_CREDENTIALS", "data": struct.pack("<iII", 100, 0, 0).hex(), "cmsg_len": n}]), recvmsg("r")] for n in (0, 1, 15, 16, 20, 27, 28, 29, 32, 33, 0x7fffffff)], [[sendmsg("a", [b"t%d" % n], 10, control=[{"level": "SOL_SOCKET", "type": n, "data": "00" * 12}]), recvmsg("r")] for n in (0, 1, 2, 3, 4, 5, 37)]),
    scenario("credentials/passcred-at-the-receiver", "SO_PASSCRED is the receiver's matter at the moment of receiving, for peeks too, and the sender's own setting is nothing.",
             socket("r"), bind("r", 10, 1), socket("a", task="v"), setopt("a", "SO_PASSCRED", 1), [sendto("a", b"%d" % i, 10 * (i % 2), i % 2 ^ 1) for i in range(6)], bind("a", 200), [sendto("a", b"x%d" % i, 10, 1) for i in range(3)], recvmsg("r"), setopt("r", "SO_PASSCRED", 1), recvmsg("r", 9, "MSG_PEEK"), setopt("r", "SO_PASSCRED", 0), recvmsg("r"), setopt("r", "SO_PASSCRED", -1), [recvmsg("r") for _ in range(9)], recvmsg("a"),
             tasks={"t": {"pid": 100, "uid": 0, "caps": "all"}, "v": {"pid": 200, "uid": 1000, "gid": 77, "caps": []}}),
    scenario("credentials/of-children", "A child sends its own process id, and what it inherited of users and capabilities.",
             socket("r"), bind("r", 10), setopt("r", "SO_PASSCRED", 1), fork("c", 205, task="v"), socket("a", task="c"), sendto("a", b"child", 10), getsockname("a"), sendmsg("a", [b"own"], 10, control=[creds(205, 1000, 77)]), sendmsg("a", [b"parent"], 10, control=[creds(200, 1000, 77)]), fork("d", 206, task="c"), {"call": "exit", "task": "c", "code": 0}, socket("b", task="d"), sendto("b", b"grandchild", 10), recvmsg("r"), recvmsg("r"), recvmsg("r"), recvmsg("r"),
             tasks={"t": {"pid": 100, "uid": 0, "caps": "all"}, "v": {"pid": 200, "uid": 1000, "gid": 77, "caps": "all"}}),
])
