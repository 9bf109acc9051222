// The connector's message on the wire: a netlink header, the connector's header, data.
//
//      0 ┌──────────────┬───────┬──────┐
//        │ nlmsg_len    │ type  │ flags│ struct nlmsghdr
//      8 │ nlmsg_seq    │ nlmsg_pid    │
//     16 ├──────────────┼──────────────┤
//        │ idx          │ val          │ struct cn_msg
//     24 │ seq          │ ack          │
//     32 ├───────┬──────┼──────────────┤
//        │ len   │ flags│ data …       │
//     36 └───────┴──────┴──────────────┘

import { NLMSG_DONE } from '../uapi/constants'

/** Bytes of both headers. */
export const CN_HEADERS: u32 = 36
/** Bytes of a netlink header. */
export const NLMSG_HEADER: u32 = 16

/** Writes both headers of a message without data. */
export function writeHeaders(at: usize, idx: u32, val: u32, seq: u32, ack: u32): void {
  store<u32>(at, CN_HEADERS)
  store<u32>(at, NLMSG_DONE, 4)
  // With the word behind it, which is 0.
  store<u64>(at, seq, 8)
  store<u32>(at, idx, 16)
  store<u32>(at, val, 20)
  store<u32>(at, seq, 24)
  // So is the one behind this.
  store<u64>(at, ack, 28)
}
