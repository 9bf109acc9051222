// Control messages that come with sendmsg(): walked by a cursor that cannot leave the buffer. cmsg(3), conformance user/creds.
//
//   struct cmsghdr, 16 bytes, then the data; the next one at a multiple of 8
//      0 ┌─────────────────────────────┐
//        │ cmsg_len (64 bits)          │
//      8 ├──────────────┬──────────────┤
//        │ cmsg_level   │ cmsg_type    │
//     16 └──────────────┴──────────────┘

import { CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN, SCM_CREDENTIALS, SOL_SOCKET } from '../uapi/constants'
import { EINVAL, EPERM, ESRCH } from '../uapi/errno'
import { nil } from '../memory'
import { Skb } from '../skb/skb'
import { GROUPS, USERS, hasCap, mayBe } from '../task/cred'
import { taskByOwnPid } from '../task/own-pid'
import { INIT_PID, Task } from '../task/task'

const HEADER: u32 = 16
const UCRED_BYTES: u32 = 12

// The place behind a header at `at`, or 0 if the rest holds none; its cmsg_len must fit.
function fits(from: usize, at: u32, length: u32): bool {
  return length - at >= HEADER && load<u32>(from + at, 4) == 0 && load<u32>(from + at) >= HEADER && load<u32>(from + at) <= length - at
}

function next(from: usize, at: u32): u32 {
  return at + ((load<u32>(from + at) + 7) & ~7)
}

/** Checks all control messages: 0, -EINVAL, -EPERM, -ESRCH. */
export function controlCheck(task: Task, from: usize, length: u32): i32 {
  let at: u32 = 0
  while (at + HEADER <= length) {
    if (!fits(from, at, length)) return -EINVAL
    if (load<u32>(from + at, 8) == SOL_SOCKET) {
      if (load<u32>(from + at, 12) != SCM_CREDENTIALS || load<u32>(from + at) != HEADER + UCRED_BYTES) return -EINVAL
      const error = ucredCheck(task, from + at + HEADER)
      if (error) return error
    }
    at = next(from, at)
  }
  return 0
}

function ucredCheck(task: Task, ucred: usize): i32 {
  const pid = load<u32>(ucred)
  const uid = load<u32>(ucred, 4)
  const gid = load<u32>(ucred, 8)
  const cred = task.cred
  if (uid == <u32>-1 || gid == <u32>-1) return -EINVAL
  if (pid != task.ownTgid && !hasCap(cred, CAP_SYS_ADMIN)) return -EPERM
  if (!mayBe(cred, USERS, uid, CAP_SETUID) || !mayBe(cred, GROUPS, gid, CAP_SETGID)) return -EPERM
  const init = pid == INIT_PID && !task.pidns
  if (pid != task.ownTgid && !init && nil(taskByOwnPid(task.pidns, pid))) return -ESRCH
  return 0
}

/** Puts the credentials of the last SCM_CREDENTIALS, already checked, into a message. */
export function controlApply(skb: Skb, from: usize, length: u32): void {
  let at: u32 = 0
  while (at + HEADER <= length) {
    if (load<u32>(from + at, 8) == SOL_SOCKET) {
      // pid, uid, gid
      memory.copy(changetype<usize>(skb) + offsetof<Skb>('pid'), from + at + HEADER, UCRED_BYTES)
    }
    at = next(from, at)
  }
}
