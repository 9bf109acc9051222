// socket(2): the checks in Linux's order (conformance socket/order-of-checks).

import { AF_NETLINK, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_MAX, SOCK_NONBLOCK, SOCK_RAW, SOCK_TYPE_MASK } from '../uapi/constants'
import { EAFNOSUPPORT, EINVAL, EPROTONOSUPPORT, ESOCKTNOSUPPORT } from '../uapi/errno'
import { setResult } from '../memory'
import { RESULT_LIST } from '../result'
import { isThread } from '../task/exit'
import { Task, taskByPid } from '../task/task'
import { sockCreate } from './close'
import { MAX_PROTOCOLS, protocolAt } from './protocol'
import { Sock } from './sock'

// The first family number that does not exist.
const FAMILIES: u32 = 46

/** Opens a socket: its reference, its id in the first list word. */
export function sockOpen(task: Task, family: u32, type: u32, protocol: u32): i32 {
  if (type & ~SOCK_TYPE_MASK & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) return -EINVAL
  type &= SOCK_TYPE_MASK
  if (family >= FAMILIES) return -EAFNOSUPPORT
  if (type >= <u32>SOCK_MAX) return -EINVAL
  if (family != AF_NETLINK) return -EAFNOSUPPORT
  if (type != SOCK_RAW && type != SOCK_DGRAM) return -ESOCKTNOSUPPORT
  if (protocol >= MAX_PROTOCOLS || !protocolAt(protocol).registered) return -EPROTONOSUPPORT
  // What a thread opens belongs to its process.
  const made = sockCreate(isThread(task) ? taskByPid(task.tgid) : task, protocol, type == SOCK_DGRAM)
  if (made > 0) setResult(RESULT_LIST, changetype<Sock>(made as usize).id)
  return made
}
