// setsockopt() and getsockopt() on the host. The kernel judges levels, names, values and lengths.

import { EINVAL, i32 } from '../uapi/index.js'
import {
  encodeProgram,
  INSTRUCTION_BYTES,
  isProgram,
  MAX_INSTRUCTIONS,
  type OptionValue,
  optionBytes,
} from '../user/option-value.js'
import type { Libc } from './libc.js'
import type { Memory } from './memory.js'

const INT_BYTES = 4
/** struct sock_fprog: how many instructions, and where they are. */
const SOCK_FPROG_BYTES = 16
const SOCK_FPROG_FILTER = 8

export interface OptionTarget {
  readonly libc: Libc
  readonly memory: Memory
  readonly fd: number
  readonly level: number
  readonly name: number
}

/** Sets an option; 0 or -errno. */
export function setOption(target: OptionTarget, value: OptionValue, len: number | undefined): number {
  const { libc, memory, fd, level, name } = target
  if (isProgram(value)) return setProgram(target, encodeProgram(value), len)
  const bytes = value === null ? null : optionBytes(value)
  const length = i32(len ?? bytes?.length ?? INT_BYTES, 'len')
  return libc.result(libc.call.setsockopt(fd, level, name, bytes === null ? null : memory.put(bytes), length))
}

/** The program goes into the room behind struct sock_fprog: 4096 instructions are half of it. */
function setProgram({ libc, memory, fd, level, name }: OptionTarget, program: Uint8Array, len?: number): number {
  if (program.length / INSTRUCTION_BYTES > MAX_INSTRUCTIONS) return -EINVAL
  const length = i32(len ?? SOCK_FPROG_BYTES, 'len')
  const fprog = new Uint8Array(SOCK_FPROG_BYTES + program.length)
  const view = new DataView(fprog.buffer)
  view.setUint16(0, program.length / INSTRUCTION_BYTES, true)
  view.setBigUint64(SOCK_FPROG_FILTER, memory.address + BigInt(SOCK_FPROG_BYTES), true)
  fprog.set(program, SOCK_FPROG_BYTES)
  return libc.result(libc.call.setsockopt(fd, level, name, memory.put(fprog), length))
}

/** Reads an option into `buffer` as far as it fits; the length that the kernel tells, or -errno. */
export function getOption(target: OptionTarget, buffer: Uint8Array, len: number | undefined): number {
  const { libc, memory, fd, level, name } = target
  const room = i32(len ?? buffer.length, 'len')
  memory.put(buffer)
  const told = memory.setInt(Math.min(room, memory.bytes.length))
  const result = libc.result(libc.call.getsockopt(fd, level, name, memory.bytes, told))
  if (result < 0) return result
  memory.take(buffer)
  return memory.getInt()
}
