// Numbers of Linux's user interface, and the few from inside the kernel that its modules need. One file for two
// languages: AssemblyScript, where each number is an i32, and TypeScript. Only literals, so that neither has to compute
// anything. Each group names its header; test/uapi/constants.test.ts asks the C compiler about every number. Error
// numbers: errno.ts; numbers from 2^31 up: src/uapi/u32-constants.ts.

// Address families: sys/socket.h
export const AF_UNSPEC = 0
export const AF_UNIX = 1
export const AF_LOCAL = 1
export const AF_INET = 2
export const AF_INET6 = 10
export const AF_NETLINK = 16
export const AF_ROUTE = 16
export const AF_PACKET = 17
export const PF_UNSPEC = 0
export const PF_NETLINK = 16

// Socket types and the flags that may be or-ed to them: sys/socket.h
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOCK_RDM = 4
export const SOCK_SEQPACKET = 5
export const SOCK_DCCP = 6
export const SOCK_PACKET = 10
export const SOCK_NONBLOCK = 0x800
export const SOCK_CLOEXEC = 0x80000

// The first type that does not exist, and the bits of the type that are no flags: inside the kernel, linux/net.h
export const SOCK_MAX = 11
export const SOCK_TYPE_MASK = 15

// What shutdown() takes, and the longest listen() queue: sys/socket.h
export const SHUT_RD = 0
export const SHUT_WR = 1
export const SHUT_RDWR = 2
export const SOMAXCONN = 4096

// Netlink protocols, and how many there can be: linux/netlink.h
export const NETLINK_ROUTE = 0
export const NETLINK_UNUSED = 1
export const NETLINK_USERSOCK = 2
export const NETLINK_FIREWALL = 3
export const NETLINK_SOCK_DIAG = 4
export const NETLINK_INET_DIAG = 4
export const NETLINK_NFLOG = 5
export const NETLINK_XFRM = 6
export const NETLINK_SELINUX = 7
export const NETLINK_ISCSI = 8
export const NETLINK_AUDIT = 9
export const NETLINK_FIB_LOOKUP = 10
export const NETLINK_CONNECTOR = 11
export const NETLINK_NETFILTER = 12
export const NETLINK_IP6_FW = 13
export const NETLINK_DNRTMSG = 14
export const NETLINK_KOBJECT_UEVENT = 15
export const NETLINK_GENERIC = 16
export const NETLINK_SCSITRANSPORT = 18
export const NETLINK_ECRYPTFS = 19
export const NETLINK_RDMA = 20
export const NETLINK_CRYPTO = 21
export const NETLINK_SMC = 22
export const MAX_LINKS = 32

// Option levels: sys/socket.h, netinet/in.h
export const SOL_IP = 0
export const SOL_SOCKET = 1
export const SOL_NETLINK = 270

// Options of level SOL_SOCKET: asm-generic/socket.h
export const SO_DEBUG = 1
export const SO_REUSEADDR = 2
export const SO_TYPE = 3
export const SO_ERROR = 4
export const SO_DONTROUTE = 5
export const SO_BROADCAST = 6
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const SO_KEEPALIVE = 9
export const SO_OOBINLINE = 10
export const SO_NO_CHECK = 11
export const SO_PRIORITY = 12
export const SO_LINGER = 13
export const SO_BSDCOMPAT = 14
export const SO_REUSEPORT = 15
export const SO_PASSCRED = 16
export const SO_PEERCRED = 17
export const SO_RCVLOWAT = 18
export const SO_SNDLOWAT = 19
export const SO_RCVTIMEO = 20
export const SO_SNDTIMEO = 21
export const SO_BINDTODEVICE = 25
export const SO_ATTACH_FILTER = 26
export const SO_DETACH_FILTER = 27
export const SO_PEERNAME = 28
export const SO_TIMESTAMP = 29
export const SO_ACCEPTCONN = 30
export const SO_PEERSEC = 31
export const SO_SNDBUFFORCE = 32
export const SO_RCVBUFFORCE = 33
export const SO_PASSSEC = 34
export const SO_TIMESTAMPNS = 35
export const SO_MARK = 36
export const SO_TIMESTAMPING = 37
export const SO_PROTOCOL = 38
export const SO_DOMAIN = 39
export const SO_RXQ_OVFL = 40
export const SO_WIFI_STATUS = 41
export const SO_PEEK_OFF = 42
export const SO_NOFCS = 43
export const SO_LOCK_FILTER = 44
export const SO_SELECT_ERR_QUEUE = 45
export const SO_BUSY_POLL = 46
export const SO_MAX_PACING_RATE = 47
export const SO_BPF_EXTENSIONS = 48
export const SO_INCOMING_CPU = 49
export const SO_ATTACH_BPF = 50
export const SO_ATTACH_REUSEPORT_CBPF = 51
export const SO_ATTACH_REUSEPORT_EBPF = 52
export const SO_CNX_ADVICE = 53
export const SO_MEMINFO = 55
export const SO_INCOMING_NAPI_ID = 56
export const SO_COOKIE = 57
export const SO_PEERGROUPS = 59
export const SO_ZEROCOPY = 60
export const SO_TXTIME = 61
export const SO_BINDTOIFINDEX = 62
export const SO_DETACH_REUSEPORT_BPF = 68
export const SO_PREFER_BUSY_POLL = 69
export const SO_BUSY_POLL_BUDGET = 70
export const SO_NETNS_COOKIE = 71
export const SO_BUF_LOCK = 72
export const SO_RESERVE_MEM = 73
export const SO_TXREHASH = 74
export const SO_RCVMARK = 75
export const SO_PASSPIDFD = 76
export const SO_PEERPIDFD = 77

// Words of the answer to SO_MEMINFO: linux/sock_diag.h
export const SK_MEMINFO_RMEM_ALLOC = 0
export const SK_MEMINFO_RCVBUF = 1
export const SK_MEMINFO_WMEM_ALLOC = 2
export const SK_MEMINFO_SNDBUF = 3
export const SK_MEMINFO_FWD_ALLOC = 4
export const SK_MEMINFO_WMEM_QUEUED = 5
export const SK_MEMINFO_OPTMEM = 6
export const SK_MEMINFO_BACKLOG = 7
export const SK_MEMINFO_DROPS = 8
export const SK_MEMINFO_VARS = 9

// Options of level SOL_NETLINK (NETLINK_PKTINFO, NETLINK_LISTEN_ALL_NSID: control messages too): linux/netlink.h
export const NETLINK_ADD_MEMBERSHIP = 1
export const NETLINK_DROP_MEMBERSHIP = 2
export const NETLINK_PKTINFO = 3
export const NETLINK_BROADCAST_ERROR = 4
export const NETLINK_NO_ENOBUFS = 5
export const NETLINK_RX_RING = 6
export const NETLINK_TX_RING = 7
export const NETLINK_LISTEN_ALL_NSID = 8
export const NETLINK_LIST_MEMBERSHIPS = 9
export const NETLINK_CAP_ACK = 10
export const NETLINK_EXT_ACK = 11
export const NETLINK_GET_STRICT_CHK = 12

// Control messages of level SOL_SOCKET: sys/socket.h; SCM_SECURITY and SCM_PIDFD: linux/socket.h
export const SCM_RIGHTS = 1
export const SCM_CREDENTIALS = 2
export const SCM_SECURITY = 3
export const SCM_PIDFD = 4
export const SCM_TIMESTAMP = 29
export const SCM_TIMESTAMPNS = 35
export const SCM_TIMESTAMPING = 37

// Flags of send() and recv(): sys/socket.h; MSG_PROBE: linux/socket.h
export const MSG_OOB = 0x1
export const MSG_PEEK = 0x2
export const MSG_DONTROUTE = 0x4
export const MSG_CTRUNC = 0x8
export const MSG_PROBE = 0x10
export const MSG_TRUNC = 0x20
export const MSG_DONTWAIT = 0x40
export const MSG_EOR = 0x80
export const MSG_WAITALL = 0x100
export const MSG_FIN = 0x200
export const MSG_SYN = 0x400
export const MSG_CONFIRM = 0x800
export const MSG_RST = 0x1000
export const MSG_ERRQUEUE = 0x2000
export const MSG_NOSIGNAL = 0x4000
export const MSG_MORE = 0x8000
export const MSG_WAITFORONE = 0x10000
export const MSG_BATCH = 0x40000
export const MSG_ZEROCOPY = 0x4000000
export const MSG_FASTOPEN = 0x20000000
export const MSG_CMSG_CLOEXEC = 0x40000000

// Events of poll(): asm-generic/poll.h
export const POLLIN = 0x1
export const POLLPRI = 0x2
export const POLLOUT = 0x4
export const POLLERR = 0x8
export const POLLHUP = 0x10
export const POLLNVAL = 0x20
export const POLLRDNORM = 0x40
export const POLLRDBAND = 0x80
export const POLLWRNORM = 0x100
export const POLLWRBAND = 0x200
export const POLLMSG = 0x400
export const POLLREMOVE = 0x1000
export const POLLRDHUP = 0x2000

// Requests of ioctl(): asm-generic/ioctls.h, linux/sockios.h
export const TCGETS = 0x5401
export const TIOCOUTQ = 0x5411
export const FIONREAD = 0x541b
export const TIOCINQ = 0x541b
export const FIONBIO = 0x5421
export const FIONCLEX = 0x5450
export const FIOCLEX = 0x5451
export const FIOASYNC = 0x5452
export const FIOSETOWN = 0x8901
export const SIOCSPGRP = 0x8902
export const FIOGETOWN = 0x8903
export const SIOCGPGRP = 0x8904
export const SIOCATMARK = 0x8905
export const SIOCGSTAMP = 0x8906
export const SIOCGSTAMPNS = 0x8907
export const SIOCINQ = 0x541b
export const SIOCOUTQ = 0x5411

// Alignment and header length of messages, and the types below the first own one: linux/netlink.h
export const NLMSG_ALIGNTO = 4
export const NLMSG_HDRLEN = 16
export const NLMSG_NOOP = 1
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
export const NLMSG_OVERRUN = 4
export const NLMSG_MIN_TYPE = 16

// Flags of every message (nlmsg_flags): linux/netlink.h
export const NLM_F_REQUEST = 0x1
export const NLM_F_MULTI = 0x2
export const NLM_F_ACK = 0x4
export const NLM_F_ECHO = 0x8
export const NLM_F_DUMP_INTR = 0x10
export const NLM_F_DUMP_FILTERED = 0x20

// Flags of requests for data: linux/netlink.h
export const NLM_F_ROOT = 0x100
export const NLM_F_MATCH = 0x200
export const NLM_F_ATOMIC = 0x400
export const NLM_F_DUMP = 0x300

// Flags of requests that make something: linux/netlink.h
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800

// Flags of requests that delete: linux/netlink.h
export const NLM_F_NONREC = 0x100
export const NLM_F_BULK = 0x200

// Flags of acknowledgements: linux/netlink.h
export const NLM_F_CAPPED = 0x100
export const NLM_F_ACK_TLVS = 0x200

// Attributes of extended acknowledgements: linux/netlink.h
export const NLMSGERR_ATTR_UNUSED = 0
export const NLMSGERR_ATTR_MSG = 1
export const NLMSGERR_ATTR_OFFS = 2
export const NLMSGERR_ATTR_COOKIE = 3
export const NLMSGERR_ATTR_POLICY = 4
export const NLMSGERR_ATTR_MISS_TYPE = 5
export const NLMSGERR_ATTR_MISS_NEST = 6
export const NLMSGERR_ATTR_MAX = 6

// Attributes, their alignment, header length and the two high bits of their type: linux/netlink.h
export const NLA_ALIGNTO = 4
export const NLA_HDRLEN = 4
export const NLA_F_NESTED = 0x8000
export const NLA_F_NET_BYTEORDER = 0x4000
export const NLA_TYPE_MASK = -49153

// Connection states of a netlink socket: linux/netlink.h
export const NETLINK_UNCONNECTED = 0
export const NETLINK_CONNECTED = 1

// Flags of netlink_kernel_create(): inside the kernel, linux/netlink.h
export const NL_CFG_F_NONROOT_RECV = 1
export const NL_CFG_F_NONROOT_SEND = 2

// Event of netlink_register_notifier(), a bound socket was closed: inside the kernel, linux/notifier.h
export const NETLINK_URELEASE = 1

// Registered ids of connector users: linux/connector.h
export const CN_IDX_PROC = 1
export const CN_VAL_PROC = 1
export const CN_IDX_CIFS = 2
export const CN_VAL_CIFS = 1
export const CN_W1_IDX = 3
export const CN_W1_VAL = 1
export const CN_IDX_V86D = 4
export const CN_VAL_V86D_UVESAFB = 1
export const CN_IDX_BB = 5
export const CN_DST_IDX = 6
export const CN_DST_VAL = 1
export const CN_IDX_DM = 7
export const CN_VAL_DM_USERSPACE_LOG = 1
export const CN_IDX_DRBD = 8
export const CN_VAL_DRBD = 1
export const CN_KVP_IDX = 9
export const CN_KVP_VAL = 1
export const CN_VSS_IDX = 10
export const CN_VSS_VAL = 1

// The first id that is free, and the largest message (cn_msg and data) in bytes: linux/connector.h
export const CN_NETLINK_USERS = 11
export const CONNECTOR_MAX_MSG_SIZE = 16384

// Room for the name of a callback, in bytes with the zero behind it: inside the kernel, linux/connector.h
export const CN_CBQ_NAMELEN = 32

// What a listener asks cn_proc for: linux/cn_proc.h
export const PROC_CN_MCAST_LISTEN = 1
export const PROC_CN_MCAST_IGNORE = 2

// Kinds of process events (not PROC_EVENT_EXIT, see src/uapi/u32-constants.ts): linux/cn_proc.h
export const PROC_EVENT_NONE = 0x0
export const PROC_EVENT_FORK = 0x1
export const PROC_EVENT_EXEC = 0x2
export const PROC_EVENT_UID = 0x4
export const PROC_EVENT_GID = 0x40
export const PROC_EVENT_SID = 0x80
export const PROC_EVENT_PTRACE = 0x100
export const PROC_EVENT_COMM = 0x200
export const PROC_EVENT_NONZERO_EXIT = 0x20000000
export const PROC_EVENT_COREDUMP = 0x40000000

// Room for a task's name, in bytes with the zero behind it: inside the kernel, linux/sched.h
export const TASK_COMM_LEN = 16

// Generic netlink, header length, longest name, ids: linux/genetlink.h
export const GENL_HDRLEN = 4
export const GENL_NAMSIZ = 16
export const GENL_MIN_ID = 16
export const GENL_MAX_ID = 1023
export const GENL_ID_CTRL = 16
export const GENL_ID_VFS_DQUOT = 17
export const GENL_ID_PMCRAID = 18
export const GENL_START_ALLOC = 19

// Flags of an operation of generic netlink: linux/genetlink.h
export const GENL_ADMIN_PERM = 0x1
export const GENL_CMD_CAP_DO = 0x2
export const GENL_CMD_CAP_DUMP = 0x4
export const GENL_CMD_CAP_HASPOL = 0x8
export const GENL_UNS_ADMIN_PERM = 0x10

// Commands of the controller (GENL_ID_CTRL): linux/genetlink.h
export const CTRL_CMD_UNSPEC = 0
export const CTRL_CMD_NEWFAMILY = 1
export const CTRL_CMD_DELFAMILY = 2
export const CTRL_CMD_GETFAMILY = 3
export const CTRL_CMD_NEWOPS = 4
export const CTRL_CMD_DELOPS = 5
export const CTRL_CMD_GETOPS = 6
export const CTRL_CMD_NEWMCAST_GRP = 7
export const CTRL_CMD_DELMCAST_GRP = 8
export const CTRL_CMD_GETMCAST_GRP = 9
export const CTRL_CMD_GETPOLICY = 10
export const CTRL_CMD_MAX = 10

// Attributes of the controller: linux/genetlink.h
export const CTRL_ATTR_UNSPEC = 0
export const CTRL_ATTR_FAMILY_ID = 1
export const CTRL_ATTR_FAMILY_NAME = 2
export const CTRL_ATTR_VERSION = 3
export const CTRL_ATTR_HDRSIZE = 4
export const CTRL_ATTR_MAXATTR = 5
export const CTRL_ATTR_OPS = 6
export const CTRL_ATTR_MCAST_GROUPS = 7
export const CTRL_ATTR_POLICY = 8
export const CTRL_ATTR_OP_POLICY = 9
export const CTRL_ATTR_OP = 10
export const CTRL_ATTR_MAX = 10
export const CTRL_ATTR_OP_UNSPEC = 0
export const CTRL_ATTR_OP_ID = 1
export const CTRL_ATTR_OP_FLAGS = 2
export const CTRL_ATTR_OP_MAX = 2
export const CTRL_ATTR_MCAST_GRP_UNSPEC = 0
export const CTRL_ATTR_MCAST_GRP_NAME = 1
export const CTRL_ATTR_MCAST_GRP_ID = 2
export const CTRL_ATTR_MCAST_GRP_MAX = 2
export const CTRL_ATTR_POLICY_UNSPEC = 0
export const CTRL_ATTR_POLICY_DO = 1
export const CTRL_ATTR_POLICY_DUMP = 2
export const CTRL_ATTR_POLICY_DUMP_MAX = 2

// How memory may be had (gfp_mask): inside the kernel, linux/gfp_types.h of Linux 6
export const __GFP_HIGH = 0x20
export const __GFP_IO = 0x40
export const __GFP_FS = 0x80
export const __GFP_DIRECT_RECLAIM = 0x400
export const __GFP_KSWAPD_RECLAIM = 0x800
export const GFP_NOWAIT = 0x800
export const GFP_ATOMIC = 0x820
export const GFP_KERNEL = 0xcc0

// Capabilities, numbers of bits: linux/capability.h
export const CAP_CHOWN = 0
export const CAP_DAC_OVERRIDE = 1
export const CAP_DAC_READ_SEARCH = 2
export const CAP_FOWNER = 3
export const CAP_FSETID = 4
export const CAP_KILL = 5
export const CAP_SETGID = 6
export const CAP_SETUID = 7
export const CAP_SETPCAP = 8
export const CAP_LINUX_IMMUTABLE = 9
export const CAP_NET_BIND_SERVICE = 10
export const CAP_NET_BROADCAST = 11
export const CAP_NET_ADMIN = 12
export const CAP_NET_RAW = 13
export const CAP_IPC_LOCK = 14
export const CAP_IPC_OWNER = 15
export const CAP_SYS_MODULE = 16
export const CAP_SYS_RAWIO = 17
export const CAP_SYS_CHROOT = 18
export const CAP_SYS_PTRACE = 19
export const CAP_SYS_PACCT = 20
export const CAP_SYS_ADMIN = 21
export const CAP_SYS_BOOT = 22
export const CAP_SYS_NICE = 23
export const CAP_SYS_RESOURCE = 24
export const CAP_SYS_TIME = 25
export const CAP_SYS_TTY_CONFIG = 26
export const CAP_MKNOD = 27
export const CAP_LEASE = 28
export const CAP_AUDIT_WRITE = 29
export const CAP_AUDIT_CONTROL = 30
export const CAP_SETFCAP = 31
export const CAP_MAC_OVERRIDE = 32
export const CAP_MAC_ADMIN = 33
export const CAP_SYSLOG = 34
export const CAP_WAKE_ALARM = 35
export const CAP_BLOCK_SUSPEND = 36
export const CAP_AUDIT_READ = 37
export const CAP_PERFMON = 38
export const CAP_BPF = 39
export const CAP_CHECKPOINT_RESTORE = 40
export const CAP_LAST_CAP = 40

// Signals: asm-generic/signal.h
export const SIGHUP = 1
export const SIGINT = 2
export const SIGQUIT = 3
export const SIGILL = 4
export const SIGTRAP = 5
export const SIGABRT = 6
export const SIGBUS = 7
export const SIGFPE = 8
export const SIGKILL = 9
export const SIGUSR1 = 10
export const SIGSEGV = 11
export const SIGUSR2 = 12
export const SIGPIPE = 13
export const SIGALRM = 14
export const SIGTERM = 15
export const SIGSTKFLT = 16
export const SIGCHLD = 17
export const SIGCONT = 18
export const SIGSTOP = 19
export const SIGTSTP = 20
export const SIGTTIN = 21
export const SIGTTOU = 22
export const SIGURG = 23
export const SIGXCPU = 24
export const SIGXFSZ = 25
export const SIGVTALRM = 26
export const SIGPROF = 27
export const SIGWINCH = 28
export const SIGIO = 29
export const SIGPWR = 30
export const SIGSYS = 31
