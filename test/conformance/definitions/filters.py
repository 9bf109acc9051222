"""Classic socket filters: every instruction, every refusal, the lock, and how filters meet limits and groups."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random import Random

from _combine import chunks, flat
from record import *

LD, LDX, ST, STX, ALU, JMP, RET, MISC = range(8)
W, H, B = 0x00, 0x08, 0x10
IMM, ABS, IND, MEM, LEN, MSH = 0x00, 0x20, 0x40, 0x60, 0x80, 0xa0
K, X, A = 0x00, 0x08, 0x10
DATA = bytes(range(0x10, 0x40)) + b"\xff\xfe\xfd\xfc"
OPS = {"add": 0x00, "sub": 0x10, "mul": 0x20, "div": 0x30, "or": 0x40, "and": 0x50, "lsh": 0x60, "rsh": 0x70, "mod": 0x90, "xor": 0xa0}
NUMBERS = (0, 1, 2, 5, 31, 32, 33, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff)
MASK = 0xffffffff


def attach(sock, *program):
    return setopt(sock, "SO_ATTACH_FILTER", {"filter": [list(one) for one in program]})


def apply(op, a, b):
    return {"add": a + b, "sub": a - b, "mul": a * b, "div": a // b if b else 0, "or": a | b, "and": a & b, "lsh": a << (b & 31), "rsh": a >> (b & 31), "mod": a % b if b else 0, "xor": a ^ b}[op] & MASK


def world():
    return [socket("r"), bind("r", 10, 1), socket("s"), bind("s", 20)]


def shown(*program, data=DATA):
    """Attach, send, and see what is left of the message."""
    return [attach("r", *program), sendto("s", data, 10), recvmsg("r", 100)]


def equals(value):
    """Keep 3 bytes if A is the value, else 1."""
    return [(JMP | 0x10 | K, 0, 1, value), (RET | K, 0, 0, 3), (RET | K, 0, 0, 1)]


def arithmetic(op, a, b):
    want = apply(op, a, b)
    code = OPS[op]
    steps = []
    if not (op in ("div", "mod") and b == 0) and not (op in ("lsh", "rsh") and b > 31):
        steps += shown((LD | W | IMM, 0, 0, a), (ALU | code | K, 0, 0, b), *equals(want))
    return steps + shown((LD | W | IMM, 0, 0, a), (LDX | W | IMM, 0, 0, b), (ALU | code | X, 0, 0, 0x55), *equals(want))


def loads():
    n = len(DATA)
    out = []
    for size in (W, H, B):
        for at in (0, 1, 3, n - 5, n - 4, n - 3, n - 2, n - 1, n, n + 1, 0x7fffffff):
            out.append(((LD | size | ABS, 0, 0, at), (ALU | 0x50 | K, 0, 0, 15), (RET | A, 0, 0, 0)))
            out.append(((LDX | W | IMM, 0, 0, 2), (LD | size | IND, 0, 0, (at - 2) & MASK), (ALU | 0x50 | K, 0, 0, 15), (RET | A, 0, 0, 0)))
    for at in (0, 3, n - 1, n, 0x7fffffff):
        out.append(((LDX | B | MSH, 0, 0, at), (MISC | 0x80, 0, 0, 0), (RET | A, 0, 0, 0)))
    return out


def random_program(rng):
    """A program that Linux takes: forward jumps, a return at the end, memory written before it is read."""
    size = rng.randrange(4, 14)
    out = [(ST, 0, 0, m) for m in range(3)]
    for at in range(size):
        left = size - at - 1
        kind = rng.randrange(9)
        if kind == 0:
            out.append((LD | rng.choice([W, H, B]) | ABS, 0, 0, rng.randrange(0, 60)))
        elif kind == 1:
            out.append((LD | rng.choice([W, H, B]) | IND, 0, 0, rng.randrange(0, 20)))
        elif kind == 2:
            out.append(rng.choice([(LD | W | IMM, 0, 0, rng.randrange(1 << 32)), (LD | W | LEN, 0, 0, 0), (LD | W | MEM, 0, 0, rng.randrange(3))]))
        elif kind == 3:
            out.append(rng.choice([(LDX | W | IMM, 0, 0, rng.randrange(40)), (LDX | W | LEN, 0, 0, 0), (LDX | B | MSH, 0, 0, rng.randrange(60)), (LDX | W | MEM, 0, 0, rng.randrange(3))]))
        elif kind == 4:
            out.append((rng.choice([ST, STX]), 0, 0, rng.randrange(3)))
        elif kind in (5, 6):
            op = rng.choice(list(OPS))
            out.append((ALU | OPS[op] | K, 0, 0, rng.randrange(1, 32)) if rng.random() < 0.5 else (ALU | OPS[op] | X, 0, 0, 0) if op not in ("lsh", "rsh") else (ALU | 0x80, 0, 0, 0))
        elif kind == 7 and left > 0:
            out.append((JMP | rng.choice([0x10, 0x20, 0x30, 0x40]) | rng.choice([K, X]), rng.randrange(left + 1), rng.randrange(left + 1), rng.randrange(256)))
        else:
            out.append((MISC | rng.choice([0x00, 0x80]), 0, 0, 0))
    return out + [(ALU | 0x50 | K, 0, 0, 63), (RET | A, 0, 0, 0)]


def family(name, about, parts, size):
    return [scenario("filters/%s-%d" % (name, n), about, world(), rows, recv("r")) for n, rows in chunks(parts, size)]


CODES = [[attach("r", (code, 0, 0, 1), (RET | K, 0, 0, 0xffff))] for code in list(range(0x100)) + [0x100, 0x106, 0x206, 0x8000, 0xffff]]
REFUSED = {
    "nothing": [], "no-return": [(LD | W | IMM, 0, 0, 1)], "return-not-last": [(RET | K, 0, 0, 1), (LD | W | IMM, 0, 0, 1)], "jump-over-the-end": [(JMP, 0, 0, 1), (RET | K, 0, 0, 1)], "jump-to-the-last": [(JMP, 0, 0, 0), (RET | K, 0, 0, 1)],
    "jump-wraps": [(JMP, 0, 0, 0xffffffff), (RET | K, 0, 0, 1)], "true-over-the-end": [(JMP | 0x10, 1, 0, 0), (RET | K, 0, 0, 1)], "false-over-the-end": [(JMP | 0x10, 0, 1, 0), (RET | K, 0, 0, 1)], "far-true": [(JMP | 0x10, 255, 0, 0), (RET | K, 0, 0, 1)],
    "memory-16": [(ST, 0, 0, 16), (RET | K, 0, 0, 1)], "memory-15": [(ST, 0, 0, 15), (RET | K, 0, 0, 1)], "memory-huge": [(STX, 0, 0, 0xffffffff), (RET | K, 0, 0, 1)], "memory-unwritten": [(LD | W | MEM, 0, 0, 3), (RET | K, 0, 0, 1)], "memory-x-unwritten": [(LDX | W | MEM, 0, 0, 3), (RET | K, 0, 0, 1)],
    "memory-other-word": [(ST, 0, 0, 2), (LD | W | MEM, 0, 0, 3), (RET | K, 0, 0, 1)], "memory-on-one-way": [(JMP | 0x10, 1, 0, 0), (ST, 0, 0, 3), (LD | W | MEM, 0, 0, 3), (RET | K, 0, 0, 1)], "memory-on-both-ways": [(JMP | 0x10, 2, 0, 0), (ST, 0, 0, 3), (JMP, 0, 0, 1), (STX, 0, 0, 3), (LD | W | MEM, 0, 0, 3), (RET | K, 0, 0, 1)],
    "memory-behind-a-return": [(RET | K, 0, 0, 1), (LD | W | MEM, 0, 0, 3), (RET | K, 0, 0, 1)], "divide-by-0": [(ALU | 0x30, 0, 0, 0), (RET | K, 0, 0, 1)], "modulo-0": [(ALU | 0x90, 0, 0, 0), (RET | K, 0, 0, 1)], "divide-by-x": [(ALU | 0x30 | X, 0, 0, 0), (RET | K, 0, 0, 1)],
    "shift-31": [(ALU | 0x60, 0, 0, 31), (RET | K, 0, 0, 1)], "shift-32": [(ALU | 0x60, 0, 0, 32), (RET | K, 0, 0, 1)], "shift-right-32": [(ALU | 0x70, 0, 0, 32), (RET | K, 0, 0, 1)], "shift-by-x": [(ALU | 0x60 | X, 0, 0, 99), (RET | K, 0, 0, 1)], "unused-jumps-in-a-load": [(LD | W | IMM, 9, 9, 1), (RET | K, 7, 7, 1)], "unused-k": [(MISC, 0, 0, 77), (RET | A, 0, 0, 77)],
    "unknown-ancillary": [(LD | W | ABS, 0, 0, 0xfffff000 + 64), (RET | K, 0, 0, 1)], "odd-ancillary": [(LD | W | ABS, 0, 0, 0xfffff000 + 1), (RET | K, 0, 0, 1)], "last-ancillary": [(LD | W | ABS, 0, 0, 0xfffff000 + 60), (RET | K, 0, 0, 1)], "return-x": [(RET | X, 0, 0, 1)],
}
ANCILLARY = {"protocol": 0, "packet-type": 4, "interface": 8, "attribute": 12, "nested-attribute": 16, "mark": 20, "queue": 24, "hardware-type": 28, "hash": 32, "xor-x": 40, "vlan-tag": 44, "vlan-present": 48, "payload-offset": 52, "vlan-protocol": 60}
CHARGED = [[(code, 0, 0, k), (RET | K, 0, 0, 1)] for code in (0x00, 0x01, 0x02, 0x03, 0x04, 0x0c, 0x14, 0x24, 0x34, 0x3c, 0x44, 0x54, 0x5c, 0x64, 0x74, 0x84, 0x94, 0x9c, 0xa4, 0xac, 0x07, 0x87, 0x80, 0x81, 0x05, 0x06, 0x16) for k in ((1,) if code != 0x05 else (0,))]
CHARGED += [[(LD | size | mode, 0, 0, k), (RET | A, 0, 0, 0)] for size in (W, H, B) for mode in (ABS, IND) for k in (0, 1, 0x7fff, 0x8000, 0xfff00000, 0xffe00001)]
CHARGED += [[(LDX | B | MSH, 0, 0, k), (RET | A, 0, 0, 0)] for k in (0, 1, 0x8000, 0xfff00000)] + [[(ST, 0, 0, 1), (LD | MEM, 0, 0, 1), (LDX | MEM, 0, 0, 1), (RET | A, 0, 0, 0)]]
CHARGED += [[(JMP | op | src, jt, jf, k), (RET | K, 0, 0, 1), (RET | K, 0, 0, 2), (RET | K, 0, 0, 3)] for op in (0x10, 0x20, 0x30, 0x40) for src in (K, X) for jt, jf in ((0, 0), (1, 0), (0, 1), (2, 1)) for k in (5, 0x80000000)]
CHARGED += [[(LD | W | ABS, 0, 0, 0xfffff000 + at), (RET | A, 0, 0, 0)] for at in range(0, 64, 4)]
CHARGED += [[(LD | B | ABS, 0, 0, 0), (LD | W | ABS, 0, 0, 4), (LDX | B | MSH, 0, 0, 2), (LD | H | IND, 0, 0, 6), (JMP | 0x20, 1, 2, 9), (RET | A, 0, 0, 0), (RET | K, 0, 0, 1), (RET | K, 0, 0, 1)]]
ATTRIBUTES = bytes(16) + struct.pack("<HH4s", 8, 3, b"abcd") + struct.pack("<HHHH4s", 16, 5, 8, 7, b"efgh") + b"...." + struct.pack("<HH2s", 6, 9, b"hi") + b"\0\0"

SCENARIOS = flat([
    [scenario("filters/%s" % op, "%s with a constant and with X, of numbers at every edge." % op.upper(), world(), [arithmetic(op, a, b) for a in NUMBERS[::2] for b in NUMBERS if (NUMBERS.index(a) + NUMBERS.index(b)) % 3 == 0 or b in (0, 32)]) for op in OPS],
    scenario("filters/neg-and-transfers", "NEG, TAX and TXA.", world(), [shown((LD | W | IMM, 0, 0, a), (ALU | 0x80, 0, 0, 0), *equals(-a & MASK)) for a in NUMBERS], [shown((LD | W | IMM, 0, 0, a), (MISC | 0x00, 0, 0, 0), (LD | W | IMM, 0, 0, 9), (MISC | 0x80, 0, 0, 0), *equals(a)) for a in NUMBERS[:4]]),
    family("loads", "Loads of words, halves and bytes up to the last and beyond the end, with and without X: beyond it the message is dropped.", [shown(*p) for p in loads()], 24),
    scenario("filters/fresh-registers", "A, X start at 0; memory keeps what was stored; the length is the datagram's.",
             world(), shown((RET | A, 0, 0, 0)), shown((MISC | 0x80, 0, 0, 0), *equals(0)), shown((LD | W | LEN, 0, 0, 0), *equals(len(DATA))), shown((LDX | W | LEN, 0, 0, 0), (MISC | 0x80, 0, 0, 0), *equals(len(DATA))),
             [shown((LD | W | IMM, 0, 0, 7 + m), (ST, 0, 0, m), (LDX | W | IMM, 0, 0, 70), (STX, 0, 0, (m + 1) % 16), (LD | W | IMM, 0, 0, 0), (LDX | W | MEM, 0, 0, m), (MISC | 0x80, 0, 0, 0), *equals(7 + m)) for m in (0, 7, 15)]),
    scenario("filters/jumps", "JA, JEQ, JGT, JGE and JSET, unsigned, with a constant and with X.",
             world(), [[shown((LD | W | IMM, 0, 0, a), (JMP | op | K, 1, 0, b), (RET | K, 0, 0, 1), (RET | K, 0, 0, 2)), shown((LDX | W | IMM, 0, 0, b), (LD | W | IMM, 0, 0, a), (JMP | op | X, 0, 1, 0x99), (RET | K, 0, 0, 2), (RET | K, 0, 0, 1))] for op in (0x10, 0x20, 0x30, 0x40) for a, b in ((0, 0), (1, 2), (2, 1), (0x80000000, 1), (1, 0x80000000), (0xffffffff, 0x7fffffff), (5, 5))],
             shown((JMP, 0, 0, 2), (RET | K, 0, 0, 1), (RET | K, 0, 0, 2), (RET | K, 0, 0, 3), (RET | K, 0, 0, 4)), shown((JMP | 0x10, 2, 2, 0), (RET | K, 0, 0, 1), (RET | K, 0, 0, 2), (RET | K, 0, 0, 3))),
    scenario("filters/returns", "The number returned is how much is kept: 0 drops, more than there is keeps all.",
             world(), [shown((RET | K, 0, 0, k)) for k in (0, 1, 2, 51, 52, 53, 0x7fffffff, 0x80000000, 0xffffffff)], [shown((LD | W | IMM, 0, 0, k), (RET | A, 0, 0, 5)) for k in (0, 1, 0xffffffff)], [shown((RET | K, 0, 0, k), data=b"x") for k in (0, 1, 2)]),
    family("codes", "Which instruction codes exist: every number that a code can have, followed by a return.", CODES, 90),
    scenario("filters/refused", "Programs that could run away, read what was never written or divide by zero are refused; harmless oddities are not.", world(), [attach("r", *p) for p in REFUSED.values()], sendto("s", DATA, 10), recv("r")),
    scenario("filters/a-refused-one-changes-nothing", "A program that is refused leaves the one before in place.",
             world(), attach("r", (RET | K, 0, 0, 5)), attach("r", (ST, 0, 0, 16), (RET | K, 0, 0, 1)), attach("r"), sendto("s", DATA, 10), recv("r"), setopt("r", "SO_DETACH_FILTER", 0), sendto("s", b"whole", 10), recv("r")),
    scenario("filters/option-lengths", "SO_ATTACH_FILTER wants exactly a struct sock_fprog, SO_DETACH_FILTER and SO_LOCK_FILTER four bytes.",
             world(), [setopt("r", "SO_ATTACH_FILTER", "00" * n) for n in (0, 3, 4, 8, 15, 16, 17, 24)], setopt("r", "SO_ATTACH_FILTER", "0100" + "00" * 14), setopt("r", "SO_ATTACH_FILTER", "0100" + "00" * 6 + "0800000000000000"), setopt("r", "SO_ATTACH_FILTER", "0110" + "00" * 6 + "0800000000000000"), setopt("r", "SO_ATTACH_FILTER", 1),
             [setopt("r", "SO_DETACH_FILTER", v) for v in ("", "00", "000000", "00000000", 5)], attach("r", (RET | K, 0, 0, 5)), [setopt("r", "SO_DETACH_FILTER", v) for v in ("0000", "0000000000")], [[setopt("r", "SO_LOCK_FILTER", v), getopt("r", "SO_LOCK_FILTER")] for v in ("", "01", 0, 1, 1, 0, "0000", 2)]),
    scenario("filters/reading-one-back", "Reading SO_ATTACH_FILTER tells the number of instructions, and the program where there is room for it.",
             world(), getopt("r", "SO_ATTACH_FILTER", 0), getopt("r", "SO_ATTACH_FILTER", 8), attach("r", (LD | W | ABS, 0, 0, 0), (RET | A, 0, 0, 0)), [getopt("r", "SO_ATTACH_FILTER", n) for n in (0, 1, 16, 40)], setopt("r", "SO_DETACH_FILTER", 0), getopt("r", "SO_ATTACH_FILTER", 0)),
    scenario("filters/lock", "A lock cannot be taken back, and forbids to attach and to detach; locking again is fine, and so is receiving.",
             world(), getopt("r", "SO_LOCK_FILTER"), setopt("r", "SO_LOCK_FILTER", 0), attach("r", (RET | K, 0, 0, 4)), setopt("r", "SO_LOCK_FILTER", 1), getopt("r", "SO_LOCK_FILTER"), attach("r", (RET | K, 0, 0, 9)), attach("r", (ST, 0, 0, 16), (RET | K, 0, 0, 1)), attach("r"), setopt("r", "SO_ATTACH_FILTER", "00" * 15), setopt("r", "SO_DETACH_FILTER", 0), setopt("r", "SO_LOCK_FILTER", 0), setopt("r", "SO_LOCK_FILTER", 5), getopt("r", "SO_LOCK_FILTER"),
             sendto("s", DATA, 10), recv("r"), socket("e"), setopt("e", "SO_LOCK_FILTER", 1), attach("e", (RET | K, 0, 0, 4)), setopt("e", "SO_DETACH_FILTER", 0), getopt("e", "SO_LOCK_FILTER"), attach("s", (RET | K, 0, 0, 4))),
    scenario("filters/and-a-full-buffer", "The filter comes before the buffer: what it drops is no loss, even when full; what it cuts still counts in full.",
             socket("r"), setopt("r", "SO_RCVBUF", 0), bind("r", 10, 1), socket("s"), bind("s", 20), attach("r", (LD | B | ABS, 0, 0, 0), (JMP | 0x10 | K, 0, 1, 0x64), (RET | K, 0, 0, 0), (RET | K, 0, 0, 2)), sendto("s", b"keep" * 100, 10), meminfo("r"), sendto("s", b"keep" * 100, 0, 1), meminfo("r"), sendto("s", b"drop", 10), sendto("s", b"drop", 0, 1), meminfo("r"), sendto("s", b"full", 10), sendto("s", b"full", 0, 1), sendto("s", b"drop", 10), sendto("s", b"drop", 0, 1), sendto("s", b"drop", 10, 1), meminfo("r"),
             [recvmsg("r") for _ in range(4)], meminfo("r"), table()),
    scenario("filters/cut-messages-count", "What a message counts after a filter cut it, by port and by group.",
             world(), attach("r", (RET | K, 0, 0, 10)), [[sendto("s", b"c" * n, *dest), meminfo("r"), recvmsg("r", 100)] for n in (5, 11, 257, 1000, 4000, 9000) for dest in ((10, 0), (0, 1), (10, 2))]),
    scenario("filters/members-with-their-own", "Each member's filter sees the whole message and cuts its own copy.",
             [[socket(n), bind(n, 10 + i, 1), attach(n, *p)] for i, (n, p) in enumerate((("a", [(RET | K, 0, 0, 2)]), ("b", [(LD | W | LEN, 0, 0, 0), (RET | A, 0, 0, 0)]), ("c", [(RET | K, 0, 0, 0)]), ("d", [(LD | W | LEN, 0, 0, 0), (ALU | 0x10, 0, 0, 1), (RET | A, 0, 0, 0)])))], socket("e"), bind("e", 14, 1), socket("s"), bind("s", 20),
             [sendto("s", b"message %d" % p, p, 1) for p in (0, 10, 12, 13)], [[recvmsg(n) for _ in range(5)] for n in "abcde"]),
    scenario("filters/connected-and-filtered", "A socket that refuses a stranger does so before its filter is asked.", world(), attach("r", (RET | K, 0, 0, 0)), connect("r", 77), sendto("s", b"x", 10), connect("r", 20), sendto("s", b"x", 10), sendto("s", b"x", 0, 1), recv("r"), table()),
    scenario("filters/ancillary-data", "Loads from the kernel's own offsets read what a netlink message has of that, mostly 0.",
             world(), [[attach("r", (LD | W | ABS, 0, 0, 0xfffff000 + at), (JMP | 0x10, 0, 1, 0), (RET | K, 0, 0, 1), (RET | K, 0, 0, 2)), sendto("s", DATA, 10), recv("r")] for name, at in ANCILLARY.items()],
             [shown((LD | W | IMM, 0, 0, 7), (LD | size | ABS, 0, 0, 0xfffff000 + at), (ALU | 0x00 | K, 0, 0, 2), (RET | A, 0, 0, 0)) for at in ANCILLARY.values() for size in (W, H, B)],
             [shown((LDX | W | IMM, 0, 0, x), (LD | W | IMM, 0, 0, a), (LD | W | ABS, 0, 0, 0xfffff000 + 40), *equals(a ^ x)) for a, x in ((5, 3), (0xffff0000, 0x00ffff00))]),
    [scenario("filters/memory-%d" % n, "What attached programs are charged to the memory for options, shown by SO_MEMINFO: 96 bytes and 8 for each instruction that Linux makes of them.",
              world(), [[attach("r", *p), getopt("r", "SO_MEMINFO", 36)] for p in rows], setopt("r", "SO_DETACH_FILTER", 0), getopt("r", "SO_MEMINFO", 36)) for n, rows in chunks(CHARGED, 45)],
    scenario("filters/too-much-memory", "A program that would bring the memory for options to its limit is ENOMEM, while the one before counts as well.",
             world(), attach("r", *([(LD | W | ABS, 0, 0, 1)] * 600 + [(RET | K, 0, 0, 9)])), getopt("r", "SO_MEMINFO", 36), attach("r", *([(ALU | 0x30 | X, 0, 0, 0)] * 1500 + [(RET | K, 0, 0, 1)])), getopt("r", "SO_MEMINFO", 36), sendto("s", DATA, 10), recv("r"), setopt("r", "SO_DETACH_FILTER", 0), attach("r", *([(ALU | 0x30 | X, 0, 0, 0)] * 1500 + [(RET | K, 0, 0, 1)])), getopt("r", "SO_MEMINFO", 36),
             attach("r", (RET | K, 0, 0, 2)), getopt("r", "SO_MEMINFO", 36), sendto("s", DATA, 10), recv("r")),
    scenario("filters/attributes", "The extensions that look for a netlink attribute: from A on, of the type X; the result is its offset, or 0.",
             world(), [shown((LD | W | IMM, 0, 0, a), (LDX | W | IMM, 0, 0, x), (LD | W | ABS, 0, 0, 0xfffff000 + ext), (RET | A, 0, 0, 0), data=ATTRIBUTES) for ext in (12, 16) for a, x in ((16, 3), (16, 5), (16, 9), (16, 7), (24, 7), (24, 5), (24, 3), (0, 3), (44, 9), (100, 3), (0xffffffff, 3), (50, 3), (51, 9), (17, 3))]),
    scenario("filters/offsets-below-zero", "The offsets of the network and link layer: a netlink message has its bytes at the first, nothing at the second.",
             world(), [[shown((LD | size | ABS, 0, 0, base + at), (ALU | 0x50 | K, 0, 0, 31), (RET | A, 0, 0, 0))] for base in (0xfff00000, 0xffe00000) for size in (W, H, B) for at in (0, 1, 48, 51, 52)], [shown((LDX | W | IMM, 0, 0, 1), (LD | B | IND, 0, 0, base), (RET | A, 0, 0, 0)) for base in (0xfff00000, 0xfffff000, 0xffffffff, 0x80000000)],
             shown((LDX | B | MSH, 0, 0, 0xfff00003), (MISC | 0x80, 0, 0, 0), (RET | A, 0, 0, 0)), shown((LD | W | ABS, 0, 0, 0x80000000), (RET | K, 0, 0, 4)), shown((LD | W | ABS, 0, 0, 0xffdfffff), (RET | K, 0, 0, 4))),
    [scenario("filters/programs-%d" % n, "Programs that a generator made, over messages of several lengths.", world(), [[attach("r", *p), [[sendto("s", DATA[:size], 10), recvmsg("r", 100)] for size in (1, 9, 30, 52)]] for p in (random_program(rng) for _ in range(9))]) for n, rng in ((n, Random(n)) for n in range(1, 9))],
])
