// Where the fields of each struct lie, in bytes from its start, and its size; little-endian, as on x86-64 and every
// wire capture. test/uapi/layout.test.ts asks the C compiler about every number that a header has.

/** struct nlmsghdr (linux/netlink.h): 32 bits, type and flags 16. */
export const NLMSGHDR = { size: 16, nlmsg_len: 0, nlmsg_type: 4, nlmsg_flags: 6, nlmsg_seq: 8, nlmsg_pid: 12 } as const

/** struct nlmsgerr (linux/netlink.h): an int, then the header of the request. */
export const NLMSGERR = { size: 20, error: 0, msg: 4 } as const

/** struct sockaddr_nl (linux/netlink.h): family and pad 16 bits, the rest 32. */
export const SOCKADDR_NL = { size: 12, nl_family: 0, nl_pad: 2, nl_pid: 4, nl_groups: 8 } as const

/** struct nl_pktinfo (linux/netlink.h), the data of a NETLINK_PKTINFO control message. */
export const NL_PKTINFO = { size: 4, group: 0 } as const

/** struct ucred (sys/socket.h, unix(7)), the data of an SCM_CREDENTIALS control message. */
export const UCRED = { size: 12, pid: 0, uid: 4, gid: 8 } as const

/**
 * struct cn_msg (linux/connector.h) with its struct cb_id: 32 bits each, len and flags 16. The data follow at `size`.
 */
export const CN_MSG = { size: 20, idx: 0, val: 4, seq: 8, ack: 12, len: 16, flags: 18 } as const

/** struct cn_ctl_msg (linux/connector.h of old Linux 2.6): 32 bits each. The requests follow at `size`. */
export const CN_CTL_MSG = { size: 16, idx_notify_num: 0, val_notify_num: 4, group: 8, len: 12 } as const

/** struct cn_notify_req (linux/connector.h of old Linux 2.6): 32 bits each. */
export const CN_NOTIFY_REQ = { size: 8, first: 0, range: 4 } as const

/** struct proc_input (linux/cn_proc.h since Linux 6.6): 32 bits each. */
export const PROC_INPUT = { size: 8, mcast_op: 0, event_type: 4 } as const

/** struct proc_event (linux/cn_proc.h): what and cpu 32 bits, timestamp_ns 64, then a union of 24 bytes. */
export const PROC_EVENT = { size: 40, what: 0, cpu: 4, timestamp_ns: 8, event_data: 16 } as const

/** The members of proc_event's union, in bytes from the start of proc_event: 32 bits each, comm 16 bytes. */
export const PROC_EVENT_DATA = {
  ack: { err: 16 },
  fork: { parent_pid: 16, parent_tgid: 20, child_pid: 24, child_tgid: 28 },
  exec: { process_pid: 16, process_tgid: 20 },
  id: { process_pid: 16, process_tgid: 20, r: 24, e: 28 },
  sid: { process_pid: 16, process_tgid: 20 },
  ptrace: { process_pid: 16, process_tgid: 20, tracer_pid: 24, tracer_tgid: 28 },
  comm: { process_pid: 16, process_tgid: 20, comm: 24 },
  coredump: { process_pid: 16, process_tgid: 20, parent_pid: 24, parent_tgid: 28 },
  exit: { process_pid: 16, process_tgid: 20, exit_code: 24, exit_signal: 28, parent_pid: 32, parent_tgid: 36 },
} as const
