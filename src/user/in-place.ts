// Messages that a socket writes and reads where they lie: what the calls do beside the usual.

import type { MessageView } from '../api.js'
import { LAYOUT, type Machine } from '../machine/index.js'
import { check } from './errors.js'

/** As a length: all that is reserved. */
export const WHOLE = 0xffffffff
/** What release() answers where nothing follows. */
export const RELEASED = 1

/** @throws SystemError */
export function reserveView(machine: Machine, sock: number, length: number): MessageView {
  const { copies } = machine
  if (copies !== null) copies.end('reserved', sock)
  const at = check(machine.abi.reserve(sock, length), 'send') + LAYOUT.SKB_DATA
  return copies === null ? machine.messages.at(at, length) : copies.put('reserved', sock, at, length)
}

/**
 * How many bytes were sent, 0 if nothing is reserved, or -errno.
 * @throws RangeError if less is reserved than `length`
 */
export function commitReserved(machine: Machine, sock: number, length: number, flags: number): number {
  if (length !== WHOLE) checkLength(machine, machine.reservedMessage(sock), length)
  machine.copies?.beginCommit(sock)
  const result = machine.abi.commit(sock, length, flags)
  machine.copies?.endCommit(sock, () => machine.reservedMessage(sock) !== 0)
  return result
}

function checkLength(machine: Machine, skb: number, length: number): void {
  const most = machine.messageLength(skb)
  if (skb !== 0 && length > most) {
    throw new RangeError(`length must be at most the ${most} bytes of reserve(), not ${length}`)
  }
}

/**
 * release() where views are copies.
 * @throws Error if nothing is peeked, or if what was is written to
 */
export function releaseCopy(machine: Machine, sock: number): void {
  const isSpoilt = machine.copies?.isSpoilt(sock)
  machine.copies?.end('peeked', sock)
  const result = machine.abi.release(sock)
  if (result !== RELEASED) afterRelease(machine, sock, result)
  machine.settle()
  if (isSpoilt) throw new Error('a message of peek() was written to: others may have the same one')
}

/** @throws Error if nothing is peeked */
export function afterRelease(machine: Machine, sock: number, result: number): void {
  if (result === 0) throw new Error('release() without peek(): nothing is peeked')
  machine.abi.dump_continue(sock)
}

/** A socket is closed: what it had in place is over. */
export function forgetInPlace(machine: Machine, sock: number): void {
  machine.copies?.forget(sock)
}
