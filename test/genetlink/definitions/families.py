"""What families that Linux 6.18 has say to well and badly made requests: how policies are enforced.

record.py --src test/genetlink/definitions --out test/genetlink/data

They are played against stand-ins (test/genetlink/stand-ins.ts): families of the same name with the policies that GETPOLICY
tells, whose functions do nothing. So each request here is refused before it gets to the family's own code.
"""
import ctypes
import os
import re
import socket as sockets_

from record import *

REQUEST, MULTI, ACK, DUMP = 1, 2, 4, 0x300
N = 0x8000
USER = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "caps": []}}


def attr(type, data=b"", len_=None):
    size = 4 + len(data)
    return struct.pack("<HH", size if len_ is None else len_, type) + data + bytes(-size % 4)


def u8(type, value): return attr(type, struct.pack("<B", value))
def u16(type, value): return attr(type, struct.pack("<H", value))
def n32(type, value): return attr(type, struct.pack("<I", value))
def u64(type, value): return attr(type, struct.pack("<Q", value))


def family_ids():
    """The ids that this kernel's families have now."""
    ids = {}
    with sockets_.socket(16, 3, 16) as s:
        s.send(struct.pack("<IHHIIBBH", 20, 16, REQUEST | DUMP, 1, 0, 3, 1, 0))
        while True:
            data = s.recv(65536)
            at = 0
            while at < len(data):
                length, type = struct.unpack_from("<IH", data, at)
                if type == 3:
                    return ids
                name = data[at + 24:at + length].split(b"\0")[0].decode()
                id_at = at + 20 + ((4 + len(name) + 1 + 3) & ~3) + 4
                ids[name] = struct.unpack_from("<H", data, id_at)[0]
                at += (length + 3) & ~3


IDS = family_ids()


def genl(family, cmd, *attrs, seq=1, flags=REQUEST, version=1, reserved=0):
    return nlmsg(type=IDS[family], flags=flags, seq=seq, payload=struct.pack("<BBH", cmd, version, reserved) + b"".join(attrs))


def ask(message, answers=1):
    return [send("a", message)] + [recvmsg("a", 32768) for _ in range(answers + 1)]


def fam(name, about, *messages, ext=True, answers=1, **more):
    start = [socket("a", task=more.pop("task", "t"), protocol=16)] + ([setopt("a", "NETLINK_EXT_ACK", 1)] if ext else [])
    return scenario("families/" + name, about, start, [ask(one, answers) for one in messages], needs="genetlink", **more)


def ctrl(cmd, *attrs, flags=REQUEST):
    return nlmsg(type=16, flags=flags, seq=3, payload=struct.pack("<BBH", cmd, 1, 0) + b"".join(attrs))


# Those that other network namespaces see, and whose policies have only what GETPOLICY tells.
NAMES = ["netdev", "ethtool", "mptcp_pm", "tcp_metrics", "SEG6", "IOAM6"]
NAMES = [name for name in NAMES if name in IDS]


def named(name):
    return attr(2, name.encode() + b"\0")


def wrong_numbers(family, cmd, type, size, flags=REQUEST, inside=lambda x: x):
    return [genl(family, cmd, inside(attr(type | bits, bytes(n))), flags=flags) for bits in (0, N) for n in range(0, 17) if n != size or bits]


SCENARIOS = [
    fam("getfamily", "GETFAMILY of every family.", *[ctrl(3, named(name)) for name in NAMES]),
    fam("dump", "The dump of all families: by id, several to a datagram.", ctrl(3, flags=REQUEST | DUMP), answers=4),
    *[fam("getpolicy-" + name, "GETPOLICY of a family.", ctrl(10, named(name), flags=REQUEST | DUMP), answers=4) for name in NAMES],
    *[fam("getpolicy-of-commands-" + name, "GETPOLICY of one command.", *[ctrl(10, named(name), n32(10, cmd), flags=REQUEST | DUMP) for cmd in range(0, 18)], answers=2) for name in NAMES],
    fam("strict-u32-lengths", "A strict u32 has 4 bytes; the flag for nested attributes is refused after that.", *wrong_numbers("netdev", 1, 1, 4), genl("netdev", 1, n32(1, 0)), genl("netdev", 1, n32(1 | 0x4000, 0)), genl("netdev", 1, n32(1 | 0xc000, 0))),
    fam("strict-uint-lengths", "A strict uint has 4 or 8 bytes; the flag for nested attributes is refused before that.", *[genl("netdev", 14, attr(6 | bits, bytes(n))) for bits in (0, N) for n in range(17) if n not in (4, 8) or bits]),
    fam("strict-ranges", "Values out of their range.", genl("netdev", 1, n32(1, 0)), genl("netdev", 5, n32(1, 0)), genl("netdev", 14, n32(5, 0x80000000)), genl("netdev", 14, n32(5, 0xffffffff)), genl("netdev", 14, n32(5, 0x7fffffff), n32(5, 0x80000000)), genl("netdev", 14, n32(2, 5), n32(8, 2)), genl("netdev", 14, n32(8, 0xffffffff))),
    fam("strict-masks", "Bits that are not known.", *[genl("netdev", 12, attr(4, data), flags=REQUEST | DUMP) for data in (struct.pack("<I", 2), struct.pack("<I", 0xffffffff), struct.pack("<Q", 2), struct.pack("<Q", 1 << 63), struct.pack("<Q", 1 << 32 | 1), b"", b"\1", b"\1\0", b"\1\0\0\0\0")]),
    fam("strict-unknown", "Attributes that the command's policy does not have: unsupported below its highest, unknown above.", *[genl("netdev", 14, n32(type, 1)) for type in (0, 1, 3, 4, 9, 10, 100, 0x3fff)], *[genl("netdev", 13, n32(type, 1)) for type in (0, 4, 5)], genl("netdev", 14, n32(9, 1), n32(5, 0x80000000)), genl("netdev", 14, n32(5, 0x80000000), n32(9, 1))),
    fam("strict-nested", "What is wrong inside a nested attribute is told with its own offset; an empty one is fine.", *[genl("netdev", 13, n32(1, 1), one) for one in (attr(2, b"a"), attr(2, b""), attr(2 | N, b"a"), attr(2 | N, b"abc"), attr(2 | N, attr(1, b"a")), attr(2 | N, n32(3, 2)), attr(2 | N, n32(2, 2)), attr(2 | N, n32(4, 2)), attr(2 | N, n32(0, 2)), attr(2 | N, n32(1, 2) + b"\0"), attr(2 | N, n32(1, 2) + attr(3, b"", len_=9)), attr(2 | N, n32(1, 1) + n32(3, 0) + n32(3, 7)), attr(2 | N, n32(1 | N, 1)), attr(2, n32(1, 1)), attr(2 | 0x4000, n32(1, 1)))]),
    fam("strict-leftovers", "Bytes left over are the last thing that is found.", genl("netdev", 14, b"\0"), genl("netdev", 14, b"\0\0\0\0"), genl("netdev", 14, n32(2, 1), b"\0"), genl("netdev", 14, n32(2, 1), attr(5, b"1234", len_=9)), genl("netdev", 14, n32(5, 0x80000000), b"\0"), genl("netdev", 14, b"\3\0\1\0", n32(5, 0x80000000))),
    fam("strict-strings-and-flags", "A NUL-terminated string, a flag, masks and bytes inside a strict nested attribute.", *[genl("ethtool", 2, attr(1 | N, one)) for one in (attr(2, b"lo"), attr(2, b""), attr(2, b"x" * 127), attr(2, b"x" * 128), attr(2, b"x" * 127 + b"\0\0"), attr(2, b"x" * 128 + b"\0"), attr(2, b"x" * 200 + b"\0"), attr(2 | N, b"lo\0"), n32(3, 4), n32(3, 0xfffffffc), attr(3, b"\1"), n32(4, 1), n32(5, 1))],
        *[genl("ethtool", 1, attr(1 | N, n32(1, 1)), one) for one in (attr(3, b"\1"), attr(3, bytes(4)), attr(3 | N, b""), attr(3 | N, b"x"), attr(4, b""), attr(2, b"abcd"))], genl("ethtool", 1, attr(1 | N, n32(4, 0)))),
    fam("strict-u8", "A strict u8, and its range.", *[genl("ethtool", 40, attr(1 | N, n32(1, 1)), attr(type, data)) for type, data in ((2, b"\0"), (2, b"\3"), (2, b"\1\0"), (2, b""), (2, bytes(4)))]),
    fam("lenient-numbers", "A lenient number may be too long, not too short.", *[genl("mptcp_pm", 1, attr(1 | N, attr(type, bytes(n)))) for type, size in ((1, 2), (2, 1), (5, 2), (6, 4), (7, 4)) for n in range(size)], *[genl("IOAM6", 1, attr(3, bytes(n))) for n in range(8)], *[genl("IOAM6", 1, attr(1, bytes(n))) for n in range(2)]),
    fam("lenient-big-endian", "Nothing is told about the type of a number in network byte order.", *[genl("mptcp_pm", 1, attr(1 | N, attr(3, bytes(n)))) for n in range(4)]),
    fam("lenient-bytes", "Bytes of one length, up to a length, and flags with a payload.", *[genl("mptcp_pm", 1, attr(1 | N, attr(4, bytes(n)))) for n in (0, 1, 15, 17, 32)], *[genl("SEG6", 1, attr(1, bytes(n))) for n in (17, 18, 100)], genl("IOAM6", 4, attr(5, bytes(1021))), genl("IOAM6", 7, attr(6, b"\0")), genl("IOAM6", 7, attr(6 | N, b"abcd"))),
    fam("lenient-nested", "A lenient nested attribute needs no flag, but 4 bytes if it has any.", *[genl("SEG6", 1, attr(7 | bits, bytes(n))) for n in (1, 2, 3) for bits in (0, N)], *[genl("mptcp_pm", 1, attr(1 | bits, bytes(n))) for n in (1, 2, 3) for bits in (0, N)], genl("mptcp_pm", 1, attr(1, attr(1, b"a"))), genl("mptcp_pm", 1, attr(1, n32(99, 1) + attr(1, b"a"))), genl("mptcp_pm", 1, attr(1, attr(1, b"a") + b"\0"), b"\0")),
    fam("lenient-order", "The first attribute that is wrong is told, whatever comes before it or behind it.", genl("IOAM6", 1, n32(77, 1), attr(2, b"a"), attr(1, b"")), genl("IOAM6", 1, attr(1, b""), b"\0"), genl("IOAM6", 1, u16(1, 5), u16(1, 5), attr(1, b"x"))),
    fam("commands", "Which commands there are, as a do and as a dump.", *[genl("netdev", cmd, flags=REQUEST | more) for cmd in (0, 2, 3, 4, 6, 9, 16, 255) for more in (0, ACK, DUMP)], genl("netdev", 12), genl("netdev", 13, flags=REQUEST | DUMP), genl("netdev", 15, flags=REQUEST | DUMP), genl("IOAM6", 3), genl("SEG6", 2)),
    fam("reserved", "The reserved field of the header, from the first newer command on.", *[genl("netdev", cmd, reserved=r) for cmd in (0, 1, 2, 15, 16, 255) for r in (1, 0x100)], *[genl("IOAM6", cmd, reserved=1) for cmd in (8, 9)], *[genl("SEG6", cmd, reserved=1) for cmd in (5, 255)], *[genl("mptcp_pm", cmd, reserved=1) for cmd in (12, 13)]),
    fam("privileged", "Who may not is told so before the attributes are read, and after the command was found.", genl("netdev", 13, n32(99, 1)), genl("netdev", 14, n32(5, 0x80000000)), genl("netdev", 14, n32(5, 0x80000000), reserved=1), genl("netdev", 14, flags=REQUEST | DUMP), genl("netdev", 99), genl("ethtool", 3, attr(1)), genl("ethtool", 2, attr(1)), genl("IOAM6", 1, attr(1)), genl("IOAM6", 3, flags=REQUEST | DUMP), genl("SEG6", 2, flags=REQUEST | DUMP), genl("SEG6", 1, attr(1, bytes(20))), genl("mptcp_pm", 1, attr(1, b"a")), genl("tcp_metrics", 2, attr(1, b"")), tasks=USER, task="u"),
    fam("without-ext-ack", "Without NETLINK_EXT_ACK an error has only its number.", genl("netdev", 1, n32(1, 0)), genl("netdev", 14, n32(99, 0)), genl("mptcp_pm", 1, attr(1, b"a")), ext=False),
]
