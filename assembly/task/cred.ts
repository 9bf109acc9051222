// Credentials: immutable, shared, counted. A socket keeps those of whoever opened it.

import { GFP_KERNEL } from '../uapi/constants'
import { allocZero, free } from '../mm/alloc'

//   struct Cred, 36 bytes
//      0 ┌──────────┬──────────┬──────────┬──────────┐
//        │ refs     │ uid      │ euid     │ suid     │
//     16 │ gid      │ egid     │ sgid     │ capsLow  │ effective capabilities
//     32 │ capsHigh ├──────────┴──────────┴──────────┘
//     36 └──────────┘
@unmanaged
export class Cred {
  refs: u32
  uid: u32
  euid: u32
  suid: u32
  gid: u32
  egid: u32
  sgid: u32
  capsLow: u32
  capsHigh: u32
}

const CRED_SIZE: u32 = 36

/** New credentials with one reference, all zero, or null without memory. */
export function credAlloc(): Cred {
  const cred = changetype<Cred>(allocZero(CRED_SIZE, GFP_KERNEL))
  if (changetype<usize>(cred)) cred.refs = 1
  return cred
}

/** A copy with one reference, or null without memory. */
export function credCopy(from: Cred): Cred {
  const cred = credAlloc()
  if (!changetype<usize>(cred)) return cred
  memory.copy(changetype<usize>(cred), changetype<usize>(from), CRED_SIZE)
  cred.refs = 1
  return cred
}

/** One more owner. */
export function credGet(cred: Cred): Cred {
  cred.refs += 1
  return cred
}

/** One owner less. */
export function credPut(cred: Cred): void {
  assert(cred.refs != 0, 'cred: more references given back than taken')
  cred.refs -= 1
  if (!cred.refs) free(changetype<usize>(cred), CRED_SIZE)
}

/** Where the users of a task stand in its credentials: the real, the effective, the saved one. */
export const USERS: u32 = offsetof<Cred>('uid')
/** Where its groups stand, as many. */
export const GROUPS: u32 = offsetof<Cred>('gid')

/** Whether an id is one of the three of a kind, or a capability allows any. */
export function mayBe(cred: Cred, kind: u32, id: u32, cap: u32): bool {
  const ids = changetype<usize>(cred) + kind
  return id == load<u32>(ids) || id == load<u32>(ids, 4) || id == load<u32>(ids, 8) || hasCap(cred, cap)
}

/** Whether a capability, a number below 64, is among the effective ones. */
export function hasCap(cred: Cred, cap: u32): bool {
  return ((load<u64>(changetype<usize>(cred) + offsetof<Cred>('capsLow')) >>> cap) & 1) != 0
}
