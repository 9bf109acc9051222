// What a program gives as the value of an option: a number, bytes, a socket filter, or nothing; and its bytes.

import type { SockFprog } from '../api.js'
import { u32 } from '../uapi/index.js'
import { asBytes } from './arguments.js'

const INT_BYTES = 4
/** Bytes of struct sock_filter. */
export const INSTRUCTION_BYTES = 8
/** BPF_MAXINSNS. */
export const MAX_INSTRUCTIONS = 4096

export type OptionValue = number | Uint8Array | SockFprog | null

/** The bytes of a value: a number is an int. */
export function optionBytes(value: number | Uint8Array): Uint8Array {
  if (typeof value !== 'number') return asBytes(value, 'value')
  const bytes = new Uint8Array(INT_BYTES)
  new DataView(bytes.buffer).setUint32(0, u32(value, 'value'), true)
  return bytes
}

export function isProgram(value: OptionValue): value is SockFprog {
  return typeof value === 'object' && value !== null && 'filter' in value && Array.isArray(value.filter)
}

/** The instructions of a filter as struct sock_filter has them. */
export function encodeProgram({ filter }: SockFprog): Uint8Array {
  const bytes = new Uint8Array(filter.length * INSTRUCTION_BYTES)
  const view = new DataView(bytes.buffer)
  filter.forEach(([code, jt, jf, k], index) => {
    const at = index * INSTRUCTION_BYTES
    view.setUint16(at, code, true)
    view.setUint8(at + 2, jt)
    view.setUint8(at + 3, jf)
    view.setUint32(at + 4, u32(k, 'k'), true)
  })
  return bytes
}

/** What a read option is: a number where an int was asked for and came, else its bytes. */
export function optionResult(buffer: Uint8Array, room: number, length: number): number | Uint8Array {
  if (room === INT_BYTES && length === INT_BYTES) return new DataView(buffer.buffer).getInt32(0, true)
  return buffer.subarray(0, Math.min(length, buffer.length))
}
