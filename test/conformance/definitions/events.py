"""What cn_proc tells of tasks: threads, tracing, users, groups, names, sessions, signals and exits."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import flat
from record import *

NAMES = ("", "x", "with blank", "exactly-15-byte", "sixteen-bytes-16", "umlaut-\u00fc\u00fc\u00fc\u00fc\u00fc", "%s%n", "1234567890123456789")


def pr(name, about, *steps, **more):
    return scenario(name, about, *steps, needs="connector", **more)


def listening():
    return [socket("a", protocol=11), bind("a", 40001, 1), listen("a"), recv("a")]


def drain(n):
    return [recv("a") for _ in range(n)]


def change(kind, task, *numbers):
    names = ("ruid", "euid", "suid") if kind == "uid" else ("rgid", "egid", "sgid")
    return {"call": "setres" + kind, "task": task, **dict(zip(names, numbers))}


def walk(seed):
    """A small family of processes that does things; all that the listener hears of it."""
    rng = Random(seed)
    living, pid, made, out = ["t"], 31002, 0, []
    parent, threads = {}, {}
    for _ in range(9):
        kind = rng.choice(["fork", "fork", "comm", "uid", "gid", "sid", "thread", "join", "end", "end"])
        who = rng.choice(living)
        if kind == "fork" or len(living) == 1:
            child = "c%d" % made
            made += 1
            out += [fork(child, pid, task=who), recv("a")]
            parent[child] = who
            living.append(child)
            pid += 1
        elif who == "t":
            continue
        elif kind == "comm":
            out += [{"call": "setcomm", "task": who, "comm": rng.choice(NAMES)}, recv("a")]
        elif kind in ("uid", "gid"):
            out += [change(kind, who, *[rng.choice([-1, 0, 0, 5]) for _ in range(3)]), drain(2)]
        elif kind == "sid":
            out += [{"call": "setsid", "task": who}, recv("a")]
        elif kind == "thread":
            threads.setdefault(who, []).append("h%d" % made)
            out += [{"call": "thread", "task": who, "as": "h%d" % made}, recv("a")]
            made += 1
        elif kind == "join" and threads.get(who):
            out += [{"call": "thread_exit", "task": who, "thread": threads[who].pop()}, recv("a")]
        elif kind == "end" and not threads.get(who) and who not in parent.values():
            out += [rng.choice([end(who, rng.randrange(256)), kill(who, rng.choice(["SIGTERM", "SIGHUP", "SIGKILL", "SIGSEGV"]))]), drain(3)]
            living.remove(who)
            del parent[who]
    for who in reversed(living[1:]):
        out += [[{"call": "thread_exit", "task": who, "thread": h} for h in reversed(threads.get(who, []))], drain(len(threads.get(who, []))), end(who, 0), drain(2)]
    return out


SCENARIOS = flat([
    [pr("events/family-%02d" % seed, "A family of processes and threads that a generator made.", listening(), walk(seed)) for seed in range(1, 15)],
    [pr("events/exit-codes-%d" % n, "The exit code stands in the second byte of the wait status.", listening(), [[fork("c%d" % c, 31002 + i), end("c%d" % c, c), drain(2)] for i, c in enumerate(codes)]) for n, codes in enumerate(((1, 2, 127), (128, 129, 254)), 1)],
    [pr("events/%s" % sig.lower(), "The end by this signal: its number, and whether a core dump is announced.", listening(), fork("c", 31002), kill("c", sig), drain(4)) for sig in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGBUS", "SIGFPE", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGXCPU", "SIGSYS")],
    [pr("events/users-%d" % n, "Which changes of user and group are told, and with which numbers.", listening(), fork("c", 31002), recv("a"), [[change(k, "c", *ids), drain(2)] for k, *ids in changes], end("c"), recv("a"))
     for n, changes in enumerate(((("uid", -1, -1, -1), ("uid", -1, 7, -1), ("uid", -1, 0, -1), ("uid", 7, -1, -1)), (("gid", 5, 5, 5), ("gid", 5, 5, 5), ("gid", 6, -1, 5), ("gid", -1, 6, -1)), (("uid", 0, 0, 9), ("gid", 0, 0, 9), ("uid", -1, 9, -1), ("gid", -1, 9, -1)), (("gid", 70000, 70001, 70002), ("uid", 70000, 70001, 70002), ("uid", 70002, -1, -1), ("uid", 5, -1, -1)), (("uid", 1000, 1000, 1000), ("uid", 0, -1, -1), ("gid", 3, 3, 3))), 1)],
    pr("events/names", "Up to 15 bytes of a name, cut between bytes.", listening(), fork("c", 31002), recv("a"), [[{"call": "setcomm", "task": "c", "comm": n}, recv("a")] for n in NAMES], end("c"), recv("a")),
    pr("events/names-of-the-parent", "A child begins with its parent's name, which is no event.", listening(), fork("c", 31002), recv("a"), {"call": "setcomm", "task": "c", "comm": "parent"}, recv("a"), fork("d", 31003, task="c"), recv("a"), {"call": "setcomm", "task": "d", "comm": "parent"}, recv("a"), {"call": "setcomm", "task": "d", "comm": "child"}, recv("a"), end("d"), drain(2), end("c"), drain(2)),
    pr("events/exec-and-name", "exec tells the process and no name.", listening(), fork("c", 31002), recv("a"), {"call": "setcomm", "task": "c", "comm": "before"}, recv("a"), {"call": "exec", "task": "c", "file": "after"}, drain(3), end("c", 9), drain(2)),
    pr("events/exec-and-signal", "A program that exec started ends by a signal.", listening(), fork("c", 31002), recv("a"), {"call": "exec", "task": "c", "file": "prog"}, drain(2), kill("c", "SIGTERM"), drain(2)),
    pr("events/three-threads", "Threads come and go in any order; each has its own number.", listening(), fork("c", 31002), recv("a"), [[{"call": "thread", "task": "c", "as": h}, recv("a")] for h in ("h", "i", "j")], [[{"call": "thread_exit", "task": "c", "thread": h}, recv("a")] for h in ("i", "h", "j")], end("c", 5), drain(2)),
    pr("events/threads-and-names", "A process with a thread sets its name and its users.", listening(), fork("c", 31002), recv("a"), {"call": "thread", "task": "c", "as": "h"}, recv("a"), {"call": "setcomm", "task": "c", "comm": "both"}, recv("a"), {"call": "thread_exit", "task": "c", "thread": "h"}, recv("a"), {"call": "setsid", "task": "c"}, recv("a"), end("c"), recv("a")),
    pr("events/threads-and-users", "With threads the C library changes users and groups in each of them, and the process itself is the last.", listening(), fork("c", 31002), recv("a"), [[{"call": "thread", "task": "c", "as": h}, recv("a")] for h in ("h", "i", "j")], change("gid", "c", 4, 5, 6), drain(5), {"call": "thread_exit", "task": "c", "thread": "i"}, recv("a"), change("uid", "c", 4, 5, 6), drain(4), change("uid", "c", 4, 5, 6), drain(3), [{"call": "thread_exit", "task": "c", "thread": h} for h in "jh"], drain(2), end("c"), recv("a")),
    pr("events/sessions", "setsid works once for a process that leads nothing, and fails without an event after that.", listening(), fork("c", 31002), recv("a"), {"call": "setsid", "task": "c"}, recv("a"), {"call": "setsid", "task": "c"}, recv("a"), fork("d", 31003, task="c"), recv("a"), {"call": "setsid", "task": "d"}, {"call": "setsid", "task": "d"}, drain(2), end("d"), recv("a"), end("c"), drain(2)),
    pr("events/tracing", "Attaching and detaching, twice, then the end.", listening(), fork("c", 31002), recv("a"), [[{"call": "ptrace", "task": "t", "child": "c", "op": op}, recv("a")] for op in ("attach", "detach", "attach", "detach")], end("c"), drain(2)),
    pr("events/tracing-two", "Two children are traced in turn.", listening(), fork("c", 31002), fork("d", 31003), drain(2), [[{"call": "ptrace", "task": "t", "child": n, "op": "attach"}, recv("a")] for n in "cd"], [[{"call": "ptrace", "task": "t", "child": n, "op": "detach"}, recv("a")] for n in "cd"], end("c"), drain(1), end("d", 1), drain(2)),
    pr("events/in-small-buffers", "A small receive buffer loses events, tells it once, and hears again when it was emptied.",
       socket("a", protocol=11), setopt("a", "SO_RCVBUF", 1500), bind("a", 40001, 1), listen("a"), fork("c", 31002), end("c"), fork("d", 31003), end("d"), meminfo("a"), drain(5), fork("e", 31004), drain(1), end("e"), drain(2), meminfo("a"), table(protocol=11)),
    pr("events/without-enobufs", "With NETLINK_NO_ENOBUFS losses are only counted.",
       socket("a", protocol=11), setopt("a", "SO_RCVBUF", 0), setopt("a", "NETLINK_NO_ENOBUFS", 1), bind("a", 40001, 1), listen("a"), fork("c", 31002), end("c"), fork("d", 31003), drain(1), end("d"), drain(3), meminfo("a"), table(protocol=11)),
    pr("events/filtered-by-a-program", "A socket filter sees the whole message of the kernel and may cut it.",
       socket("a", protocol=11), setopt("a", "SO_ATTACH_FILTER", {"filter": [[0x20, 0, 0, 36], [0x15, 0, 1, 0x01000000], [6, 0, 0, 60], [6, 0, 0, 0]]}), bind("a", 40001, 1), listen("a"), recv("a"), fork("c", 31002), end("c"), drain(2), setopt("a", "SO_DETACH_FILTER", 0), fork("d", 31003), end("d"), drain(3)),
])
