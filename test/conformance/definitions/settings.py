"""Every option, read and written with every length."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _combine import flat
from record import *

NETLINK = ("NETLINK_PKTINFO", "NETLINK_BROADCAST_ERROR", "NETLINK_NO_ENOBUFS", "NETLINK_CAP_ACK", "NETLINK_EXT_ACK", "NETLINK_GET_STRICT_CHK", "NETLINK_LISTEN_ALL_NSID")
SWITCHES = ("SO_DEBUG", "SO_REUSEADDR", "SO_DONTROUTE", "SO_BROADCAST", "SO_KEEPALIVE", "SO_OOBINLINE", "SO_NO_CHECK", "SO_TIMESTAMP", "SO_RXQ_OVFL", "SO_PASSCRED", "SO_PASSSEC")
NUMBERS = ("SO_PRIORITY", "SO_MARK", "SO_RCVLOWAT", "SO_RCVBUF", "SO_SNDBUF", "SO_RCVBUFFORCE", "SO_SNDBUFFORCE")
READ_ONLY = ("SO_TYPE", "SO_DOMAIN", "SO_PROTOCOL", "SO_ACCEPTCONN", "SO_ERROR", "SO_SNDLOWAT", "SO_MEMINFO", "SO_PEERCRED", "SO_PEERNAME", "SO_PEERPIDFD", "SO_PASSPIDFD", "SO_PEEK_OFF", "SO_REUSEPORT")
BYTES = "0102030405060708090a0b0c0d0e0f1011121314"


def lengths(name, top=10):
    return [[setopt("a", name, BYTES[:2 * n]), getopt("a", name)] for n in range(top)]


def rooms(name):
    return [getopt("a", name, n) for n in (-1, 0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 20, 36, 40)]


SCENARIOS = flat([
    [scenario("settings/%s-lengths" % n.lower().replace("_", "-"), "Values of 0 to 9 bytes, and rooms of all sizes.", socket("a"), lengths(n), rooms(n), setopt("a", n, None, len=0), setopt("a", n, None, len=3), setopt("a", n, 5, len=-1), getopt("a", n)) for n in NETLINK],
    scenario("settings/switches", "The switches of SOL_SOCKET take any number, read as 0 or 1, and want four bytes.",
             socket("a"), [[setopt("a", n, v), getopt("a", n)] for n in SWITCHES for v in (1, 0, -1, 0x100)], [setopt("a", n, BYTES[:2 * l]) for n in SWITCHES[:4] for l in range(6)], [rooms(n) for n in ("SO_KEEPALIVE", "SO_PASSCRED")]),
    scenario("settings/numbers", "Numbers of SOL_SOCKET: what is kept of them.",
             socket("a"), [[setopt("a", n, v), getopt("a", "SO_RCVBUF" if n == "SO_RCVBUFFORCE" else "SO_SNDBUF" if n == "SO_SNDBUFFORCE" else n)] for n in NUMBERS for v in (0, 1, 6, 7, 2303, 100000, 0x7fffffff, -1, -0x80000000)], getopt("a", "SO_RCVBUFFORCE"), getopt("a", "SO_SNDBUFFORCE")),
    scenario("settings/number-lengths", "They want four bytes; what is behind does not matter.",
             socket("a"), [[setopt("a", n, BYTES[:2 * l]), getopt("a", n)] for n in NUMBERS[:5] for l in (0, 1, 2, 3, 4, 5, 8)], [rooms(n) for n in NUMBERS[:4]]),
    scenario("settings/read-only", "Options that can only be read, or not at all here.",
             socket("a"), [[setopt("a", n, 1), setopt("a", n, "01"), rooms(n)] for n in READ_ONLY]),
    scenario("settings/times", "SO_RCVTIMEO and SO_SNDTIMEO want a whole timeval; the microseconds must be below a million.",
             socket("a"), [[[setopt("a", n, v), getopt("a", n, 16)] for v in ("", "00" * 4, "00" * 8, "00" * 15, "00" * 16, struct.pack("<qq", 1, 500000).hex(), struct.pack("<qq", 0, 999999).hex(), struct.pack("<qq", 3, 1000000).hex(), struct.pack("<qq", 3, -1).hex(), struct.pack("<qq", 60, 0).hex() + "ff", 5, struct.pack("<qq", -1, 0).hex(), struct.pack("<qq", 0, 1).hex(), struct.pack("<qq", 7, 4001).hex(), struct.pack("<qq", 36893488147419101, 9).hex(), struct.pack("<qq", 36893488147419102, 0).hex(), struct.pack("<qq", 1 << 62, 0).hex())] + [rooms(n)] for n in ("SO_RCVTIMEO", "SO_SNDTIMEO")]),
    scenario("settings/linger", "SO_LINGER wants eight bytes, keeps the time, and does nothing.",
             socket("a"), [[setopt("a", "SO_LINGER", v), getopt("a", "SO_LINGER", 8)] for v in (1, "01" * 7, struct.pack("<ii", 1, 5).hex(), struct.pack("<ii", 0, 9).hex(), struct.pack("<ii", 2, 0).hex(), struct.pack("<ii", -1, -1).hex(), struct.pack("<ii", 1, 7).hex() + "00")], rooms("SO_LINGER"), bind("a", 5), close("a")),
    scenario("settings/numbers-nobody-knows", "Option numbers without a meaning, on both levels and on none.",
             socket("a"), [[setopt("a", n, 1, level=l), setopt("a", n, "01", level=l), getopt("a", n, level=l), getopt("a", n, 0, level=l)] for l in ("SOL_SOCKET", "SOL_NETLINK", "SOL_IP", 0, 6, 271) for n in (-1, 0, 13 if l != "SOL_SOCKET" else 0, 250, 0x7fffffff)]),
    scenario("settings/memory-info", "SO_MEMINFO tells nine words: what is queued, both limits, and the losses.",
             socket("a"), bind("a", 5, 1), setopt("a", "SO_RCVBUF", 3000), setopt("a", "SO_SNDBUF", 7000), [getopt("a", "SO_MEMINFO", n) for n in (0, 1, 4, 9, 36, 50)], socket("s"), [sendto("s", b"x" * n, 5, g) for n, g in ((1, 0), (300, 0), (1000, 1), (2000, 1), (1, 1))], getopt("a", "SO_MEMINFO", 36), recv("a"), getopt("a", "SO_MEMINFO", 36), recv("a"), recv("a"), recv("a"), recv("a"), getopt("a", "SO_MEMINFO", 36), getopt("s", "SO_MEMINFO", 36)),
    scenario("settings/peer-name", "SO_PEERNAME tells the peer in rooms of at most twelve bytes.",
             socket("a"), rooms("SO_PEERNAME"), connect("a", 77, 8), rooms("SO_PEERNAME"), connect("a", 0, 0, family=0), getopt("a", "SO_PEERNAME", 12)),
    scenario("settings/after-things-happened", "Options are the same before and after binding, connecting, losing and receiving.",
             socket("a"), setopt("a", "NETLINK_PKTINFO", 1), setopt("a", "SO_RCVBUF", 0), setopt("a", "SO_PRIORITY", 3), bind("a", 5, 1), connect("a", 9), socket("s"), [sendto("s", b"m", 0, 1) for _ in range(4)], [getopt("a", n) for n in NETLINK + SWITCHES + NUMBERS[:5]], recv("a"), [getopt("a", n) for n in NETLINK], getopt("a", "SO_ERROR")),
    scenario("settings/on-the-connector", "The same options on the other protocol.",
             socket("a", protocol=11, type=2), [[setopt("a", n, 1), getopt("a", n)] for n in NETLINK + SWITCHES], [getopt("a", n) for n in READ_ONLY], rooms("NETLINK_LIST_MEMBERSHIPS")),
])
