// Messages that a socket writes and reads where they lie: what the calls do beside the usual.

import type { MessageView } from '../api.js'
import { LAYOUT, type Machine } from '../machine/index.js'

/** As a length: all that is reserved. */
export const WHOLE = 0xffffffff
/** As many messages as there are: no queue holds so many. */
export const ALL = 0x3fffffff
/** What release() answers where nothing follows. */
export const RELEASED = 1

/** Where the socket may have a message, or the window is not free for it. */
export function reserveView(machine: Machine, sock: number, length: number): MessageView {
  machine.expectCalls()
  return machine.reserved.reserve(sock, length)
}

/**
 * How many bytes were sent, or -errno.
 * @throws Error if nothing is reserved; RangeError if less is than `length`
 */
export function commitReserved(machine: Machine, sock: number, length: number, flags: number): number {
  machine.expectCalls()
  const { reserved } = machine
  if (reserved.owner === sock) return commitWindow(machine, sock, sizeOf(length, reserved.length), flags)
  const view = reserved.otherOf(sock)
  if (view === undefined) throw new Error('commit() without reserve(): nothing is reserved')
  return commitOther(machine, sock, view, sizeOf(length, view.length), flags)
}

function sizeOf(length: number, most: number): number {
  if (length === WHOLE) return most
  if (length > most) throw new RangeError(`length must be at most the ${most} bytes of reserve(), not ${length}`)
  return length
}

// Behind the bytes that are sent the window is not zeros until they are.
function commitWindow(machine: Machine, sock: number, length: number, flags: number): number {
  const { reserved } = machine
  let result = -1
  reserved.hold()
  try {
    result = machine.abi.send_reserved(sock, length, flags)
  } finally {
    if (result < 0) reserved.refused(sock)
    else reserved.sent()
  }
  return result
}

// A callback may reserve the next message, or close the socket; if this one is refused, or cannot be sent at all, none has run.
function commitOther(machine: Machine, sock: number, view: MessageView, length: number, flags: number): number {
  const { reserved } = machine
  const bytes = view.bytes.subarray(0, length)
  let result = -1
  reserved.beginOther(sock, view)
  try {
    result = sendBytes(machine, sock, bytes, flags)
  } finally {
    if (result < 0) reserved.refusedOther(sock, view)
    else reserved.sentOther(view)
  }
  return result
}

function sendBytes(machine: Machine, sock: number, bytes: Uint8Array, flags: number): number {
  const { abi } = machine
  const { length } = bytes
  if (length <= LAYOUT.TRANSMIT_BYTES) {
    machine.transmit(bytes)
    return abi.send(sock, length, flags)
  }
  const skb = abi.send_reserve(sock, length, flags, 0, 0, 0, 0, 0)
  if (skb < 0) return skb
  machine.fillParts(skb, [bytes])
  return abi.send_commit(sock, skb)
}

/**
 * release() where views are copies.
 * @throws Error if nothing is peeked, or if what was is written to
 */
export function releaseCopy(machine: Machine, sock: number): void {
  const isSpoilt = machine.copies?.isSpoilt(sock)
  machine.copies?.release(sock)
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
  machine.reserved.forget(sock)
  machine.copies?.release(sock)
}
