from record import *
SCENARIOS = [
    scenario("fuzz-passsec/no-room-at-all",
             "SO_PASSSEC without any room for control messages sets MSG_CTRUNC in recvmsg; with room, or off again, it does nothing.",
             socket("a"), bind("a", 10, 2), setopt("a", "SO_PASSSEC", 1), getopt("a", "SO_PASSSEC"), socket("s"), bind("s", 11),
             [sendto("s", b"m%d" % i, 10) for i in range(4)], recvmsg("a", 64, controllen=0), recvmsg("a", 64, controllen=16), recvmsg("a", 64), setopt("a", "SO_PASSSEC", 0), recvmsg("a", 64, controllen=0)),
]
