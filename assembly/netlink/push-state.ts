// What is kept of pushing for the whole machine.

import { PUSHES } from '../kernel'
import { Skb } from '../skb/skb'

//   struct Due, 24 bytes
//      0 ┌──────────────┬──────────────┐
//        │ next         │ prev         │
//      8 │ receiver     │ -            │ a socket, or a group + DUE_GROUP
//     16 │ limit (u64)                 │ it is handed what is older
//     24 └──────────────┴──────────────┘
@unmanaged
export class Due {
  next: Due
  prev: Due
  receiver: u32
  limit: u64
}

//   struct Push, 28 bytes at PUSHES
//      0 ┌──────────────┬──────────────┐
//        │ first        │ last         │ what is due, in the order in which it came
//      8 │ held         │ entries      │ the message whose listeners stand in the push window, and their number
//     16 │ written      │ left         │ the group whose members in step, and no others, stand there; of the first that is due,
//     24 │ casting      ├──────────────┘ a group, how many members are still to be looked at: 0 is all; whether a group is
//     28 └──────────────┘ being served
@unmanaged
export class Push {
  first: Due
  last: Due
  held: Skb
  entries: u32
  written: usize
  left: u32
  casting: u32
}

/** The root. */
// @ts-ignore: decorator
@inline
export function pushes(): Push {
  return changetype<Push>(PUSHES)
}
