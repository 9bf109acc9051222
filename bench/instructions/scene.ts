// What is counted: scenes, each a kernel in which the same round is played again and again.

import type { Socket, Task } from '../../src/api.js'
import { AF_NETLINK, encodeConnectorMessage, SOCK_RAW } from '../../src/uapi/index.js'
import type { Boot } from './kernel.js'

export interface Scene {
  /** The rows that a round tells. */
  readonly rows: readonly string[]
  /** Takes much memory: for the command, not for the tests. */
  readonly large?: boolean
  prepare(boot: Boot): Round
}

/** Does the same operations once; the instructions of one operation, for each row. */
export type Round = () => readonly number[]

/** A measurement that does not do what it says is worse than none. */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`the measurement is wrong: ${what}`)
}

export const ID = { idx: 0x123, val: 0x345 }

/** nlmsghdr 16 + cn_msg 20 + payload. */
export function messageOf(payload: number, id = ID): Uint8Array {
  return encodeConnectorMessage({ id, seq: 1, ack: 1, data: new Uint8Array(payload).fill(0x5a) })
}

/** A socket for tasks among themselves, or of the connector, bound to a port; 0 is any. */
export function openSocket(task: Task, protocol: number, port = 0): Socket {
  const socket = task.socket(AF_NETLINK, SOCK_RAW, protocol)
  socket.bind({ nl_pid: port })
  return socket
}

/** So many numbers of 32 bits, all of them different, with no order in them, and the same each time. */
export function scattered(count: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    // Each step can be undone, so no two numbers become one.
    let bits = Math.imul(at + 1, 0x9e3779b1)
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad)
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
    return (bits ^ (bits >>> 15)) >>> 0
  })
}

/** So many of the list, at random, and the same each time. */
export function chosen<T>(count: number, list: readonly T[]): T[] {
  return scattered(count).map((number) => list[number % list.length]!)
}

export const withCommas = (number: number) => number.toLocaleString('en-US', { maximumFractionDigits: 3 })
