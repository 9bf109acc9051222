"""The controller of generic netlink, nlctrl: what it answers on NETLINK_GENERIC.

record.py --src test/conformance/definitions/genetlink --out test/conformance/data/genetlink
"""
from record import *

REQUEST, MULTI, ACK, ECHO, ROOT_, MATCH, DUMP = 1, 2, 4, 8, 0x100, 0x200, 0x300
GETFAMILY, GETPOLICY = 3, 10
ID, NAME, OP = 1, 2, 10
USER = {"t": {"pid": 100, "uid": 0, "caps": "all"}, "u": {"pid": 200, "uid": 1000, "caps": []}}


def attr(type, data=b"", len_=None):
    """One attribute, padded; len_ lies about its length."""
    size = 4 + len(data)
    return struct.pack("<HH", size if len_ is None else len_, type) + data + bytes(-size % 4)


def name(text, type=NAME):
    return attr(type, text.encode() + b"\0")


def fid(number, type=ID):
    return attr(type, struct.pack("<H", number))


def genl(cmd, *attrs, seq=1, flags=REQUEST, version=1, reserved=0, family=16, **more):
    payload = struct.pack("<BBH", cmd, version, reserved) + b"".join(attrs)
    return nlmsg(type=family, flags=flags, seq=seq, payload=payload, **more)


def ask(message, answers=1):
    """A request, its answers, and a look that there is no other one."""
    return [send("a", message)] + [recvmsg("a", 16384) for _ in range(answers + 1)]


def gen(about_name, about, *steps, ext=True, **more):
    start = [socket("a", task=more.pop("task", "t"), protocol=16)] + ([setopt("a", "NETLINK_EXT_ACK", 1)] if ext else [])
    return scenario("nlctrl/" + about_name, about, start, *steps, needs="genetlink", **more)


def asks(*messages):
    return [ask(one) for one in messages]


SCENARIOS = [
    gen("getfamily-by-name",
        "GETFAMILY by name is answered with NEWFAMILY to the asker: name, id, version, hdrsize, maxattr, ops, groups.",
        ask(genl(GETFAMILY, name("nlctrl"), seq=7)), ask(genl(GETFAMILY, name("nlctrl"), seq=8, flags=REQUEST | ACK), answers=2), getsockname("a")),
    gen("getfamily-by-id",
        "GETFAMILY by id gives the same as by name.",
        ask(genl(GETFAMILY, fid(16), seq=7)), ask(genl(GETFAMILY, fid(16), seq=0xfffffffe, flags=REQUEST | ACK | ECHO, pid=99), answers=2)),
    gen("getfamily-name-and-id",
        "With name and id it is the one that is found by name that is answered; each that is not found is an error only if the name is not.",
        asks(genl(GETFAMILY, fid(16), name("nlctrl")), genl(GETFAMILY, fid(16), name("nobody")), genl(GETFAMILY, fid(999), name("nlctrl")),
             genl(GETFAMILY, name("nobody"), fid(16)), genl(GETFAMILY, name("nlctrl"), fid(999)), genl(GETFAMILY, name("nobody"), fid(999)))),
    gen("getfamily-unknown",
        "A family that does not exist is ENOENT.",
        asks(genl(GETFAMILY, name("nobody")), genl(GETFAMILY, fid(999)), genl(GETFAMILY, fid(15)), genl(GETFAMILY, fid(0)), genl(GETFAMILY, fid(0xffff)), genl(GETFAMILY, name("NLCTRL")),
             genl(GETFAMILY, name("nlctr")), genl(GETFAMILY, name("nlctrl2")), genl(GETFAMILY, name("")))),
    gen("getfamily-unknown-without-ext-ack",
        "Without NETLINK_EXT_ACK an error has nothing but the request.",
        asks(genl(GETFAMILY, name("nobody")), genl(GETFAMILY, fid(999)), genl(GETFAMILY), genl(99)), setopt("a", "NETLINK_CAP_ACK", 1), asks(genl(GETFAMILY, name("nobody")), genl(GETFAMILY), genl(GETFAMILY, name("0123456789abcdef"))), ext=False),
    gen("getfamily-without-attributes",
        "GETFAMILY that names no family is EINVAL.",
        asks(genl(GETFAMILY), genl(GETFAMILY, flags=REQUEST | ACK), genl(GETFAMILY, seq=9, version=2))),
    gen("name-lengths",
        "A name has at most 15 characters and a NUL; all bytes up to the NUL count, what follows it does not.",
        asks(*[genl(GETFAMILY, attr(NAME, data)) for data in (b"nlctrl", b"nlctrl\0\0", b"nlctrl\0x", b"nlctrl\0" + b"\0" * 9, b"nlctrl\0" + b"\0" * 10, b"0123456789abcde\0", b"0123456789abcdef", b"0123456789abcdef\0",
                                                              b"0123456789abcdefg\0", b"", b"\0", b"nl\0ctrl\0", b"x" * 200 + b"\0")])),
    gen("id-lengths",
        "An id of another length than 2 bytes is an error.",
        asks(*[genl(GETFAMILY, attr(ID, data)) for data in (b"", b"\x10", b"\x10\0", b"\x10\0\0", b"\x10\0\0\0", b"\x10\0\1\0", b"\x10\0\0\0\0\0\0\0")])),
    gen("attribute-flags",
        "The flags of an attribute type (nested, network byte order) on attributes that are neither.",
        asks(*[genl(GETFAMILY, name("nlctrl", NAME | bits)) for bits in (0x8000, 0x4000, 0xc000)], *[genl(GETFAMILY, fid(16, ID | bits)) for bits in (0x8000, 0x4000, 0xc000)])),
    gen("unknown-attributes",
        "Attributes that the command does not know.",
        asks(*[genl(GETFAMILY, fid(16), attr(type, b"\1\0\0\0")) for type in (0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 100, 0x3fff, 0x8003, 0x800b)],
             *[genl(GETFAMILY, attr(type, b"\1\0\0\0"), fid(16)) for type in (0, 3, 11)], genl(GETFAMILY, attr(0), fid(16)), genl(GETFAMILY, attr(3)), genl(GETFAMILY, attr(10, b"\3\0\0\0")))),
    gen("repeated-attributes",
        "Of two attributes of one type the last one counts.",
        asks(genl(GETFAMILY, fid(999), fid(16)), genl(GETFAMILY, fid(16), fid(999)), genl(GETFAMILY, name("nobody"), name("nlctrl")), genl(GETFAMILY, name("nlctrl"), name("nobody")), genl(GETFAMILY, attr(ID, b"\x10"), fid(16)), genl(GETFAMILY, fid(16), attr(ID, b"\x10")))),
    gen("trailing-bytes",
        "Bytes behind the last attribute that are no attribute.",
        asks(*[genl(GETFAMILY, fid(16), tail) for tail in (b"\0", b"\0\0", b"\0\0\0", b"\0\0\0\0", b"\1\0\0\0", b"\3\0\1\0", b"\x05\0\1\0", b"\xff\xff\1\0", b"\4\0\0\0", b"\0\0\0\0\0\0\0\0")],
             *[genl(GETFAMILY, tail) for tail in (b"\0", b"\0\0\0", b"\0\0\0\0", b"\3\0\1\0", b"\7\0\1\0\x10\0")])),
    gen("attribute-lengths",
        "An attribute whose length is below 4 or beyond the message.",
        asks(*[genl(GETFAMILY, attr(ID, b"\x10\0", len_=n)) for n in (0, 3, 4, 5, 6, 7, 8, 9, 12, 0xffff)], *[genl(GETFAMILY, attr(NAME, b"nlctrl\0\0", len_=n)) for n in (9, 10, 11, 12, 13, 16)])),
    gen("unpadded-last-attribute",
        "The padding of the last attribute may be missing.",
        asks(nlmsg(type=16, flags=REQUEST, seq=1, payload=b"\3\1\0\0" + struct.pack("<HH", 11, 2) + b"nlctrl\0"), nlmsg(type=16, flags=REQUEST, seq=1, payload=b"\3\1\0\0" + struct.pack("<HHH", 6, 1, 16)),
             nlmsg(type=16, flags=REQUEST, seq=1, payload=b"\3\1\0\0" + struct.pack("<HHHH", 6, 1, 16, 0xffff) + struct.pack("<HH", 11, 2) + b"nlctrl\0"))),
    gen("commands",
        "Which commands there are; the others are EOPNOTSUPP.",
        asks(*[genl(cmd, fid(16), seq=cmd, flags=REQUEST | ACK) for cmd in (0, 1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 128, 255)]),
        asks(*[genl(cmd, seq=cmd) for cmd in (0, 1, 10, 11)])),
    gen("commands-as-dumps",
        "A dump of a command that has none is EOPNOTSUPP.",
        asks(*[genl(cmd, fid(16), seq=cmd, flags=REQUEST | DUMP) for cmd in (0, 1, 2, 4, 9, 11, 255)], genl(1, flags=REQUEST | DUMP | ACK))),
    gen("a-dump-needs-both-bits",
        "Only NLM_F_ROOT and NLM_F_MATCH together ask for a dump.",
        asks(genl(GETFAMILY, fid(16), flags=REQUEST | ROOT_), genl(GETFAMILY, fid(16), flags=REQUEST | MATCH), genl(GETPOLICY, fid(16), flags=REQUEST | ROOT_), genl(GETPOLICY, fid(16), flags=REQUEST | MATCH))),
    gen("versions-and-reserved",
        "The version of the request does not matter; the reserved field of the header must be 0 for the newer command.",
        asks(*[genl(GETFAMILY, fid(16), version=v) for v in (0, 1, 2, 3, 255)], *[genl(GETFAMILY, fid(16), reserved=r) for r in (1, 0xffff)], genl(GETPOLICY, fid(999), reserved=1, flags=REQUEST | DUMP), genl(11, reserved=1), genl(255, reserved=0x100), genl(4, reserved=1))),
    gen("short-header",
        "A request that is shorter than its genlmsghdr is EINVAL; that the family exists is asked before.",
        asks(*[nlmsg(type=16, flags=REQUEST, seq=n, payload=b"\3\1\0\0"[:n]) for n in range(5)], *[nlmsg(type=999, flags=REQUEST, seq=n, payload=b"\3\1\0\0"[:n]) for n in range(5)],
             *[nlmsg(type=16, flags=REQUEST | DUMP | ACK, seq=n, payload=b"\3\1\0\0"[:n]) for n in range(4)])),
    gen("message-types",
        "Types below 16 are acknowledged or ignored, those of no family are ENOENT.",
        asks(*[genl(GETFAMILY, fid(16), family=type, flags=REQUEST | ACK) for type in (0, 1, 2, 3, 4, 15, 18, 500, 1023, 1024, 0xffff)], *[genl(GETFAMILY, fid(16), family=type, flags=REQUEST) for type in (0, 3, 15, 1023)])),
    gen("no-request-flag",
        "Without NLM_F_REQUEST nothing is done, but an acknowledgement is sent if one is asked for.",
        asks(genl(GETFAMILY, fid(16), flags=0), genl(GETFAMILY, fid(16), flags=ACK), genl(GETFAMILY, fid(16), flags=DUMP), genl(99, flags=ACK), genl(GETFAMILY, fid(16), flags=ACK | DUMP))),
    gen("several-in-one-datagram",
        "Each request of a datagram is answered in order.",
        ask(genl(GETFAMILY, fid(16), seq=1) + genl(GETFAMILY, name("nobody"), seq=2) + genl(99, seq=3) + nlmsg(type=16, flags=REQUEST | ACK, seq=4, payload=b"\3") + bytes(3) + genl(GETFAMILY, name("nlctrl"), seq=5, flags=REQUEST | ACK), answers=6)),
    gen("from-the-kernel",
        "An answer comes from port 0 and no group, with the credentials of nobody.",
        setopt("a", "SO_PASSCRED", 1), setopt("a", "NETLINK_PKTINFO", 1), ask(genl(GETFAMILY, fid(16))), ask(genl(GETFAMILY, fid(999))), tasks=USER, task="u"),
    gen("unprivileged",
        "Asking needs no privilege; sending to other ports or to a group does.",
        asks(genl(GETFAMILY, fid(16)), genl(99)), sendto("a", genl(GETFAMILY, fid(16)), 55), sendto("a", genl(GETFAMILY, fid(16)), 0, 1), connect("a", 55), connect("a", 0, 1), connect("a", 0), bind("a", 200, 1 << 15), join("a", 16), join("a", 17), getopt("a", "NETLINK_LIST_MEMBERSHIPS", 8), getsockname("a"), tasks=USER, task="u"),
    gen("joining-groups",
        "Only groups that a family has can be joined; others are ENOENT, and numbers beyond what there can be EINVAL.",
        [join("a", n) for n in (16, 1, 11, 12, 15, 18, 31, 32, 33, 48, 63, 64, 65, 128, 1000, 0, -1)], getsockname("a"), getopt("a", "NETLINK_LIST_MEMBERSHIPS", 64), [leave("a", n) for n in (16, 16, 1, 33, 64, 65, 0)], getopt("a", "NETLINK_LIST_MEMBERSHIPS", 64)),
    gen("binding-to-groups",
        "A bind to several groups, one of which no family has, joins none.",
        bind("a", 0, 1 << 15), getsockname("a"), bind("a", 100, 1 << 15 | 1 << 31), getsockname("a"), bind("a", 100, 0), bind("a", 100, 1 << 11), getsockname("a"), bind("a", 100, 1 << 11 | 1 << 15), getsockname("a"), bind("a", 100, 1 << 15), getsockname("a"),
        socket("b", protocol=16), bind("b", 55, 1 << 31), getsockname("b"), send("b", genl(GETFAMILY, fid(999))), recvmsg("b")),
    gen("between-users",
        "Processes may send to each other and to groups on NETLINK_GENERIC, members of a family's group too.",
        bind("a", 10, 1 << 15), socket("b", protocol=16), bind("b", 11), sendto("b", b"to a", 10), recvmsg("a"), sendto("b", genl(GETFAMILY, fid(16)), 0, 1 << 15), recvmsg("a"), recvmsg("b"), sendto("b", b"xx", 77, 1 << 15), recvmsg("a")),
    gen("getpolicy",
        "GETPOLICY is a dump: which policy each command has, then the policies, attribute by attribute.",
        ask(genl(GETPOLICY, fid(16), flags=REQUEST | DUMP, seq=5), answers=2), ask(genl(GETPOLICY, name("nlctrl"), flags=REQUEST | DUMP | ACK, seq=6), answers=2), ask(genl(GETPOLICY, name("nlctrl"), fid(999), flags=REQUEST | DUMP, seq=6), answers=2), ask(genl(GETPOLICY, name("nobody"), fid(16), flags=REQUEST | DUMP, seq=6), answers=2)),
    gen("getpolicy-of-a-command",
        "With a command only what belongs to it.",
        [ask(genl(GETPOLICY, fid(16), attr(OP, struct.pack("<I", n)), flags=REQUEST | DUMP, seq=5), answers=2) for n in (3, 10, 0, 4, 255, 256, 259, 0xffffffff)]),
    gen("getpolicy-errors",
        "GETPOLICY without a family, of an unknown one, not as a dump, with attributes of other commands.",
        asks(genl(GETPOLICY, flags=REQUEST | DUMP), genl(GETPOLICY, fid(999), flags=REQUEST | DUMP), genl(GETPOLICY, name("nobody"), flags=REQUEST | DUMP), genl(GETPOLICY, fid(16)), genl(GETPOLICY, fid(16), flags=REQUEST | ACK),
             genl(GETPOLICY, fid(16), attr(OP, b"\3"), flags=REQUEST | DUMP), genl(GETPOLICY, fid(16), attr(OP, b"\3\0\0\0\0"), flags=REQUEST | DUMP), *[genl(GETPOLICY, fid(16), attr(type, b"\1\0\0\0"), flags=REQUEST | DUMP) for type in (0, 3, 9, 11, 12)],
             genl(GETPOLICY, attr(ID, b"\x10"), flags=REQUEST | DUMP), genl(GETPOLICY, attr(ID, b"\x10\0\0"), flags=REQUEST | DUMP), genl(GETPOLICY, fid(16), b"\0", flags=REQUEST | DUMP), genl(GETPOLICY, attr(NAME, b"0123456789abcdef\0"), flags=REQUEST | DUMP),
             genl(GETPOLICY, fid(16), attr(OP | 0x8000, b"\3\0\0\0"), flags=REQUEST | DUMP), genl(GETPOLICY, fid(16), attr(OP | 0x4000, b"\3\0\0\0"), flags=REQUEST | DUMP), genl(GETPOLICY, name("nlctrl", NAME | 0x8000), flags=REQUEST | DUMP),
             genl(GETPOLICY, fid(16), fid(999), flags=REQUEST | DUMP), genl(GETPOLICY, flags=REQUEST | DUMP | ACK), genl(GETPOLICY, fid(16, ID | 0x8000), flags=REQUEST | DUMP), genl(GETPOLICY, fid(16), attr(0), flags=REQUEST | DUMP))),
    gen("getfamily-dump-errors",
        "A dump of the families checks the attributes that it does not need.",
        asks(genl(GETFAMILY, attr(NAME, b"0123456789abcdef\0"), flags=REQUEST | DUMP), genl(GETFAMILY, attr(ID, b"\x10"), flags=REQUEST | DUMP), genl(GETFAMILY, fid(16, ID | 0x8000), flags=REQUEST | DUMP), genl(GETFAMILY, attr(3), flags=REQUEST | DUMP), genl(GETFAMILY, fid(16), b"\0", flags=REQUEST | DUMP | ACK))),
    gen("a-warning-with-the-answer",
        "What a lenient command ignores is still told in the acknowledgement, and by an error that has no words of its own.",
        [ask(genl(GETFAMILY, *attrs, flags=REQUEST | ACK), answers=2) for attrs in ([fid(16), b"\0"], [fid(16), b"\1\0\1\0"], [fid(16), attr(9), b"\0"], [fid(16), attr(ID, b"\x10\0\0\0\0\0\0\0")], [fid(999), b"\0"], [attr(9), b"\0"], [attr(NAME, b"x", len_=40)])],
        setopt("a", "NETLINK_CAP_ACK", 1), [ask(genl(GETFAMILY, *attrs, flags=REQUEST | ACK), answers=2) for attrs in ([fid(16), b"\0"], [fid(999), b"\0"], [attr(NAME, b"nlctrl")], [attr(ID)])],
        setopt("a", "NETLINK_EXT_ACK", 0), [ask(genl(GETFAMILY, *attrs, flags=REQUEST | ACK), answers=2) for attrs in ([fid(16), b"\0"], [attr(ID)])]),
    gen("offsets",
        "The offset of the attribute to blame counts from the netlink header of its own request.",
        ask(genl(GETFAMILY, fid(16), attr(9, b"1234567"), attr(ID, b"1"), seq=1) + genl(GETFAMILY, attr(7), attr(NAME, b"abc"), seq=2) + genl(GETPOLICY, fid(16), attr(20, b"x"), seq=3, flags=REQUEST | DUMP), answers=3)),
    gen("two-dumps-at-once",
        "While a dump runs another one is EBUSY; questions are answered in between.",
        send("a", genl(GETPOLICY, fid(16), seq=1, flags=REQUEST | DUMP)), send("a", genl(GETPOLICY, fid(16), seq=2, flags=REQUEST | DUMP)), send("a", genl(GETFAMILY, fid(16), seq=3)), send("a", genl(GETPOLICY, fid(999), seq=4, flags=REQUEST | DUMP)),
        [recvmsg("a", 16384) for _ in range(6)], send("a", genl(GETPOLICY, fid(16), seq=5, flags=REQUEST | DUMP)), recvmsg("a", 16384), close("a")),
    gen("accounting",
        "What answers of the controller count in the receive buffer.",
        [[send("a", one), meminfo("a"), recvmsg("a", 16384), recvmsg("a", 16384)] for one in (genl(GETFAMILY, fid(16)), genl(GETFAMILY, fid(999)), genl(GETFAMILY, attr(ID)), genl(GETPOLICY, fid(16), flags=REQUEST | DUMP))]),
    gen("into-a-full-buffer",
        "An answer that does not fit is lost: ENOBUFS and congestion, as any message of the kernel.",
        setopt("a", "SO_RCVBUF", 0), [send("a", genl(GETFAMILY, fid(16), seq=n)) for n in range(1, 6)], poll("a"), [recvmsg("a", 16384) for _ in range(5)], send("a", genl(GETFAMILY, fid(16), seq=9)), recvmsg("a", 16384)),
    gen("a-connected-asker",
        "The controller does not reach a socket that is connected to another port.",
        connect("a", 0), ask(genl(GETFAMILY, fid(16))), connect("a", 55), sendto("a", genl(GETFAMILY, fid(16), flags=REQUEST | ACK), 0), recvmsg("a", 16384), sendto("a", genl(GETPOLICY, fid(16), flags=REQUEST | DUMP), 0), recvmsg("a", 16384)),
    gen("written-in-pieces",
        "A request may come by send, write or sendmsg, in pieces, with bytes behind it.",
        make("write", sock="a", data=to_hex(genl(GETFAMILY, fid(16)))), recvmsg("a", 16384), sendmsg("a", [genl(GETFAMILY, fid(16))[:7], genl(GETFAMILY, fid(16))[7:] + b"xyz"]), recvmsg("a", 16384), recvmsg("a"), send("a", genl(GETFAMILY, fid(16))[:-1]), recvmsg("a"), send("a", b""), recvmsg("a", 10, "MSG_TRUNC")),
]
