// setsockopt() and getsockopt(): how a value of TypeScript becomes bytes and a length, and back.

import type { Machine } from '../machine/index.js'
import { EFAULT, EINVAL, i32, SO_ATTACH_FILTER, SOL_SOCKET } from '../uapi/index.js'
import { SystemError } from './errors.js'
import {
  encodeProgram,
  isProgram,
  MAX_INSTRUCTIONS,
  type OptionValue,
  optionBytes,
  optionResult,
} from './option-value.js'

const INT_BYTES = 4
/** No option's value is longer; what a caller gives beyond it is not looked at. */
const MAX_VALUE = 64

/** Sets an option; 0 or -errno. A null pointer is EFAULT where Linux would read it (conformance membership/option-lengths). */
export function setOption(
  machine: Machine,
  sock: number,
  level: number,
  name: number,
  value: OptionValue,
  len?: number,
): number {
  const l = i32(level, 'level')
  const n = i32(name, 'name')
  if (isProgram(value)) {
    if (value.filter.length > MAX_INSTRUCTIONS) return -EINVAL
    const program = encodeProgram(value)
    machine.putProgram(program)
    return machine.abi.setsockopt(sock, l, n, l === SOL_SOCKET && n === SO_ATTACH_FILTER ? program.length : 0)
  }
  const bytes = value === null ? new Uint8Array(0) : optionBytes(value)
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
export function readOption(
  machine: Machine,
  sock: number,
  level: number,
  name: number,
  len: number,
): number | Uint8Array {
  const room = i32(len, 'len')
  const buffer = new Uint8Array(Math.max(0, Math.min(room, 65536)))
  const length = getOption(machine, sock, level, name, buffer, room)
  if (length < 0) throw new SystemError(length, 'getsockopt')
  return optionResult(buffer, room, length)
}
