// What the options of both levels share. Values lie in the receive window.

import { RECEIVE_AT } from '../memory'
import { hasCap } from '../task/cred'
import { Sock } from './sock'

/** Writes a word of an option's value. */
// @ts-ignore: decorator
@inline
export function putWord(at: u32, value: u32): void {
  store<u32>(RECEIVE_AT + at, value)
}

/** Switches a SOCK_* flag. */
export function setFlag(sock: Sock, flag: u32, on: bool): void {
  if (on) sock.flags |= flag
  else sock.flags &= ~flag
}

/** Whether the task of a socket has a capability. */
export function taskHas(sock: Sock, cap: u32): bool {
  return hasCap(sock.task.cred, cap)
}
