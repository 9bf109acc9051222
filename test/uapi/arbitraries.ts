// Random values of every struct, for the tests of the codecs.
import fc from 'fast-check'
import * as uapi from '../../src/uapi/index.js'

export const u16 = fc.integer({ min: 0, max: 0xffff })
export const u32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff),
)
export const i32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 1, -(2 ** 31), 2 ** 31 - 1))
export const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
export const data = fc.uint8Array({ maxLength: 64 })

export const nlmsghdr: fc.Arbitrary<uapi.Nlmsghdr> = fc.record({
  nlmsg_len: u32,
  nlmsg_type: u16,
  nlmsg_flags: u16,
  nlmsg_seq: u32,
  nlmsg_pid: u32,
})

export const sockaddrNl: fc.Arbitrary<uapi.SockaddrNl> = fc
  .record({ nl_family: u16, nl_pad: u16, nl_pid: u32, nl_groups: u32 })
  .map(({ nl_pad, ...addr }) => (nl_pad === 0 ? addr : { ...addr, nl_pad }))

export const ucred: fc.Arbitrary<uapi.Ucred> = fc.record({ pid: i32, uid: u32, gid: u32 })

export const cbId: fc.Arbitrary<uapi.CbId> = fc.record({ idx: u32, val: u32 })

export const cnMsg: fc.Arbitrary<uapi.CnMsg> = fc
  .record({ id: cbId, seq: u32, ack: u32, flags: u16, data })
  .map((msg) => ({ ...msg, len: msg.data.length }))

const requests = fc.array(fc.record({ first: u32, range: u32 }), { maxLength: 5 })

export const cnCtlMsg: fc.Arbitrary<uapi.CnCtlMsg> = fc
  .record({ group: u32, idx: requests, val: requests })
  .map((ctl) => ({
    ...ctl,
    idx_notify_num: ctl.idx.length,
    val_notify_num: ctl.val.length,
    len: 8 * (ctl.idx.length + ctl.val.length),
  }))

export const procInput: fc.Arbitrary<uapi.ProcInput> = fc.oneof(
  fc.record({ mcast_op: u32 }),
  fc.record({ mcast_op: u32, event_type: u32 }),
)

const ids = { process_pid: i32, process_tgid: i32 }
const parent = { parent_pid: i32, parent_tgid: i32 }
const comm = fc.uint8Array({ maxLength: 16 }).map((array) => array.filter((byte) => byte !== 0))

function event<What extends number, Data>(what: What, event_data: fc.Arbitrary<Data>) {
  return fc.record({ what: fc.constant(what), cpu: u32, timestamp_ns: u64, event_data })
}

/** A random event of each kind. */
export const procEvents = {
  none: event(uapi.PROC_EVENT_NONE, fc.record({ ack: fc.record({ err: u32 }) })),
  fork: event(uapi.PROC_EVENT_FORK, fc.record({ fork: fc.record({ ...parent, child_pid: i32, child_tgid: i32 }) })),
  exec: event(uapi.PROC_EVENT_EXEC, fc.record({ exec: fc.record(ids) })),
  uid: event(
    uapi.PROC_EVENT_UID,
    fc.record({ id: fc.record({ ...ids, r: fc.record({ ruid: u32 }), e: fc.record({ euid: u32 }) }) }),
  ),
  gid: event(
    uapi.PROC_EVENT_GID,
    fc.record({ id: fc.record({ ...ids, r: fc.record({ rgid: u32 }), e: fc.record({ egid: u32 }) }) }),
  ),
  sid: event(uapi.PROC_EVENT_SID, fc.record({ sid: fc.record(ids) })),
  ptrace: event(
    uapi.PROC_EVENT_PTRACE,
    fc.record({ ptrace: fc.record({ ...ids, tracer_pid: i32, tracer_tgid: i32 }) }),
  ),
  comm: event(uapi.PROC_EVENT_COMM, fc.record({ comm: fc.record({ ...ids, comm }) })),
  coredump: event(uapi.PROC_EVENT_COREDUMP, fc.record({ coredump: fc.record({ ...ids, ...parent }) })),
  exit: event(
    uapi.PROC_EVENT_EXIT,
    fc.record({ exit: fc.record({ ...ids, ...parent, exit_code: u32, exit_signal: u32 }) }),
  ),
}

export const procEvent: fc.Arbitrary<uapi.ProcEvent> = fc.oneof(...Object.values(procEvents))
