// setsockopt() and getsockopt(): how a value of TypeScript becomes bytes and a length, and back.

import type { SockFprog } from '../api.js'
import type { Machine } from '../machine/index.js'
import { EFAULT, EINVAL, SOL_SOCKET, SO_ATTACH_FILTER, i32, u32 } from '../uapi/index.js'
import { asBytes } from './arguments.js'
import { SystemError } from './errors.js'

const INT_BYTES = 4
const INSTRUCTION_BYTES = 8
/** BPF_MAXINSNS. */
const MAX_INSTRUCTIONS = 4096
/** No option's value is longer; what a caller gives beyond it is not looked at. */
const MAX_VALUE = 64

export type OptionValue = number | Uint8Array | SockFprog | null

function toBytes(value: number | Uint8Array): Uint8Array {
  if (typeof value !== 'number') return asBytes(value, 'value')
  const bytes = new Uint8Array(INT_BYTES)
  new DataView(bytes.buffer).setUint32(0, u32(value, 'value'), true)
  return bytes
}

function isProgram(value: OptionValue): value is SockFprog {
  return typeof value === 'object' && value !== null && 'filter' in value && Array.isArray(value.filter)
}

function encodeProgram({ filter }: SockFprog): Uint8Array {
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

/** Sets an option; 0 or -errno. A null pointer is EFAULT where Linux would read it (conformance membership/option-lengths). */
export function setOption(machine: Machine, sock: number, level: number, name: number, value: OptionValue, len?: number): number {
  const l = i32(level, 'level')
  const n = i32(name, 'name')
  if (isProgram(value)) {
    if (value.filter.length > MAX_INSTRUCTIONS) return -EINVAL
    const program = encodeProgram(value)
    machine.putProgram(program)
    return machine.abi.setsockopt(sock, l, n, l === SOL_SOCKET && n === SO_ATTACH_FILTER ? program.length : 0)
  }
  const bytes = value === null ? new Uint8Array(0) : toBytes(value)
  const length = i32(len ?? (value === null ? INT_BYTES : bytes.length), 'len')
  if (length < 0) return -EINVAL
  if (value === null && length >= INT_BYTES) return -EFAULT
  if (l === SOL_SOCKET && n === SO_ATTACH_FILTER) return length >= 16 ? -EFAULT : -EINVAL
  const padded = new Uint8Array(MAX_VALUE)
  padded.set(bytes.subarray(0, Math.min(MAX_VALUE, length)))
  machine.putValue(padded)
  return machine.abi.setsockopt(sock, l, n, length)
}

/** Reads an option into `buffer` as far as it fits; the length that C tells, or -errno. */
export function getOption(
  machine: Machine,
  sock: number,
  level: number,
  name: number,
  buffer: Uint8Array,
  len: number | undefined,
): number {
  const l = i32(level, 'level')
  const room = i32(len ?? buffer.length, 'len')
  if (room < 0) return -EINVAL
  const length = machine.abi.getsockopt(sock, l, i32(name, 'name'), room)
  if (length < 0) return length
  // SOL_SOCKET cuts the value at the room and tells that; netlink writes whole words and tells the whole length.
  const written = l === SOL_SOCKET ? Math.min(length, room) : Math.min(length, room & ~3)
  buffer.set(machine.valueBytes(Math.min(written, buffer.length)))
  return l === SOL_SOCKET ? written : length
}

/** Reads an option as a number where it is an int, else as bytes. */
export function readOption(machine: Machine, sock: number, level: number, name: number, len: number): number | Uint8Array {
  const room = i32(len, 'len')
  const buffer = new Uint8Array(Math.max(0, Math.min(room, 65536)))
  const length = getOption(machine, sock, level, name, buffer, room)
  if (length < 0) throw new SystemError(length, 'getsockopt')
  if (room === INT_BYTES && length === INT_BYTES) return new DataView(buffer.buffer).getInt32(0, true)
  return buffer.subarray(0, Math.min(length, buffer.length))
}
