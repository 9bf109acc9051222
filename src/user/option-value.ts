// What a program gives as the value of an option: a number, bytes, a socket filter, or nothing; and its bytes.

import type { SockFprog } from '../api.js'
import { u16, u32 } from '../uapi/index.js'
import { asObject, asPlainBytes } from './arguments.js'

const INT_BYTES = 4
/** Bytes of struct sock_filter. */
export const INSTRUCTION_BYTES = 8
/** BPF_MAXINSNS. */
export const MAX_INSTRUCTIONS = 4096

export type OptionValue = number | Uint8Array | SockFprog | null

/** The bytes of a value: a number is an int. */
export function optionBytes(value: number | Uint8Array): Uint8Array {
  if (typeof value !== 'number') return asPlainBytes(value, 'value')
  return new Uint8Array(Uint32Array.of(u32(value, 'value')).buffer)
}

export function isProgram(value: OptionValue): value is SockFprog {
  return typeof value === 'object' && value !== null && 'filter' in value && Array.isArray(value.filter)
}

/** A value of which the caller can change nothing any more. */
export type PlainValue = number | Uint8Array | { readonly program: Uint8Array } | null

/** Runs all the code of the caller that a value may have. */
export function plainValue(value: OptionValue): PlainValue {
  if (typeof value === 'number' || value === null) return value
  return isProgram(value) ? { program: encodeProgram(value) } : asPlainBytes(value, 'value')
}

function u8(value: number, name: string): number {
  const number = u16(value, name)
  if (number > 0xff) throw new RangeError(`${name} must be an integer from 0 to 255, not ${number}`)
  return number
}

/** The instructions of a filter as struct sock_filter has them; of too many one more than there may be. */
export function encodeProgram({ filter }: SockFprog): Uint8Array {
  const count = Math.min(filter.length, MAX_INSTRUCTIONS + 1)
  const bytes = new Uint8Array(count * INSTRUCTION_BYTES)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < count; index++) {
    const { 0: code, 1: jt, 2: jf, 3: k } = asObject(filter[index] as SockFprog['filter'][number], `filter[${index}]`)
    const at = index * INSTRUCTION_BYTES
    view.setUint16(at, u16(code, 'code'), true)
    view.setUint8(at + 2, u8(jt, 'jt'))
    view.setUint8(at + 3, u8(jf, 'jf'))
    view.setUint32(at + 4, u32(k, 'k'), true)
  }
  return bytes
}

/** What a read option is: a number where an int was asked for and came, else its bytes. */
export function optionResult(buffer: Uint8Array, room: number, length: number): number | Uint8Array {
  if (room === INT_BYTES && length === INT_BYTES) return new DataView(buffer.buffer).getInt32(0, true)
  return buffer.subarray(0, Math.min(length, buffer.length))
}
