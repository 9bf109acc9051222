// setsockopt() and getsockopt(): how a value of TypeScript becomes bytes and a length, and back.

import { LAYOUT, type Machine } from '../machine/index.js'
import { EFAULT, EINVAL, ENOPROTOOPT, i32, SO_ATTACH_FILTER, SOL_NETLINK, SOL_SOCKET } from '../uapi/index.js'
import { SystemError } from './errors.js'
import { INSTRUCTION_BYTES, MAX_INSTRUCTIONS, optionBytes, optionResult, type PlainValue } from './option-value.js'

const INT_BYTES = 4
/** No option's value is longer; what a caller gives beyond it is not looked at. */
const MAX_VALUE = 64

/** Sets an option; 0 or -errno. A null pointer is EFAULT where Linux would read it (conformance membership/option-lengths). */
export function setOption(
  machine: Machine,
  sock: number,
  level: number,
  name: number,
  value: PlainValue,
  len?: number,
): number {
  const l = i32(level, 'level')
  const n = i32(name, 'name')
  if (typeof value === 'object' && value !== null && 'program' in value) {
    const { program } = value
    // One that is too long is not copied: the kernel refuses it for its length, after the lock.
    if (program.length / INSTRUCTION_BYTES <= MAX_INSTRUCTIONS) machine.putProgram(program)
    return machine.abi.setsockopt(
      sock,
      l,
      n,
      l === SOL_SOCKET && n === SO_ATTACH_FILTER ? INT_BYTES + program.length : 0,
    )
  }
  const bytes = value === null ? new Uint8Array(0) : optionBytes(value)
  const length = i32(len ?? (value === null ? INT_BYTES : bytes.length), 'len')
  if (length < 0) return -EINVAL
  // A level that nobody knows reads nothing.
  if (value === null && length >= INT_BYTES) return l === SOL_SOCKET || l === SOL_NETLINK ? -EFAULT : -ENOPROTOOPT
  if (l === SOL_SOCKET && n === SO_ATTACH_FILTER) return attachForeign(machine, sock, bytes, length)
  const padded = new Uint8Array(MAX_VALUE)
  padded.set(bytes.subarray(0, Math.min(MAX_VALUE, length)))
  machine.putValue(padded)
  return machine.abi.setsockopt(sock, l, n, length)
}

/** Bytes of struct sock_fprog; its pointer lies in the second half. */
const FPROG_BYTES = 16

// A sock_fprog as bytes: what it points to cannot be read here, but the kernel looks at the lock and the count before.
function attachForeign(machine: Machine, sock: number, bytes: Uint8Array, length: number): number {
  if (length !== FPROG_BYTES) return -EINVAL
  const fprog = new Uint8Array(FPROG_BYTES)
  fprog.set(bytes.subarray(0, FPROG_BYTES))
  const count = (fprog[0] as number) | ((fprog[1] as number) << 8)
  const refused = machine.abi.setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, INT_BYTES)
  const points = fprog.subarray(8).some((byte) => byte !== 0)
  return refused === -EINVAL && points && count > 0 && count <= MAX_INSTRUCTIONS ? -EFAULT : refused
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
  // What a level knows comes after its own look at the length; a level that nobody knows has none.
  if (room < 0) return l === SOL_SOCKET || l === SOL_NETLINK ? -EINVAL : -ENOPROTOOPT
  const length = machine.abi.getsockopt(sock, l, i32(name, 'name'), room)
  if (length < 0) return length
  // SOL_SOCKET cuts the value at the room and tells that; netlink writes whole words and tells the whole length.
  // A filter read back is counted in instructions.
  if (l === SOL_SOCKET && name === SO_ATTACH_FILTER) {
    if (room > 0) copyValue(machine, sock, l, buffer.subarray(0, length * INSTRUCTION_BYTES))
    return length
  }
  const written = l === SOL_SOCKET ? Math.min(length, room) : Math.min(length, room & ~3)
  copyValue(machine, sock, l, buffer.subarray(0, Math.min(written, buffer.length)))
  return l === SOL_SOCKET ? written : length
}

// What does not fit into the window, a list of memberships or a filter, comes window by window.
function copyValue(machine: Machine, sock: number, level: number, into: Uint8Array): void {
  for (let at = 0; at < into.length; at += LAYOUT.RECEIVE_BYTES) {
    if (at > 0) machine.abi.getsockopt_more(sock, level, at >>> 2)
    into.set(machine.valueBytes(Math.min(into.length - at, LAYOUT.RECEIVE_BYTES)), at)
  }
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
