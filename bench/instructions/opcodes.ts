// The instructions of WebAssembly as far as asc writes them: what follows each opcode.
import type { Reader } from './bytes.js'

export const UNREACHABLE = 0x00
export const BLOCK = 0x02
export const LOOP = 0x03
export const IF = 0x04
export const ELSE = 0x05
export const END = 0x0b
export const BR = 0x0c
export const BR_IF = 0x0d
export const BR_TABLE = 0x0e
export const RETURN = 0x0f
export const CALL = 0x10
export const CALL_INDIRECT = 0x11
export const GLOBAL_GET = 0x23
export const GLOBAL_SET = 0x24
export const I32_CONST = 0x41
export const I64_CONST = 0x42
export const I64_ADD = 0x7c
export const I64_EXTEND_I32_U = 0xad
const BULK = 0xfc
const VECTOR = 0xfd
const MEMORY_INIT = 8
const MEMORY_COPY = 10
const MEMORY_FILL = 11

/** Whether it is an instruction of linear memory whose last operand is a length. */
export function movesBytes(code: Uint8Array, at: number): boolean {
  return code[at] === BULK && [MEMORY_INIT, MEMORY_COPY, MEMORY_FILL].includes(code[at + 1]!)
}

/** Goes past what follows an opcode. @throws TypeError for an instruction that asc does not write */
export function skipImmediates(code: Reader, opcode: number): void {
  const skip = opcode === BULK ? bulkSkip(code.u32()) : opcode === VECTOR ? vectorSkip(code.u32()) : plainSkip(opcode)
  if (skip === undefined) throw new TypeError(`unknown instruction ${opcode.toString(16)} before byte ${code.at}`)
  skip(code)
}

type Skip = ((code: Reader) => void) | undefined

const nothing = () => {}
const number = (code: Reader) => code.skipNumber()
const twoNumbers = (code: Reader) => {
  code.skipNumber()
  code.skipNumber()
}
const bytes = (count: number) => (code: Reader) => code.skip(count)
const address = (code: Reader) => {
  // Bit 6 of the alignment says that the number of a memory follows.
  if (code.u32() & 64) code.skipNumber()
  code.skipNumber()
}
const addressAndLane = (code: Reader) => {
  address(code)
  code.skip(1)
}
const labels = (code: Reader) => {
  for (let left = code.u32(); left >= 0; left--) code.skipNumber()
}
const types = (code: Reader) => code.skip(code.u32())

const within = (value: number, from: number, to: number) => value >= from && value <= to

function plainSkip(opcode: number): Skip {
  if (opcode === BR_TABLE) return labels
  if (opcode === CALL_INDIRECT) return twoNumbers
  if (opcode === 0x1c) return types
  if (opcode === 0x43) return bytes(4)
  if (opcode === 0x44) return bytes(8)
  if (within(opcode, 0x28, 0x3e)) return address
  // Blocks and their types, branches, calls, locals, globals, tables, memory.size and grow, constants, references.
  if (within(opcode, BLOCK, IF) || opcode === BR || opcode === BR_IF || opcode === CALL) return number
  if (within(opcode, 0x20, 0x26) || within(opcode, 0x3f, 0x42) || opcode === 0xd0 || opcode === 0xd2) return number
  if (opcode <= 0x01 || opcode === ELSE || opcode === END || opcode === RETURN) return nothing
  if (within(opcode, 0x1a, 0x1b) || within(opcode, 0x45, 0xc4) || opcode === 0xd1) return nothing
  return undefined
}

/** 0xfc: saturating conversions, bulk memory and tables. */
function bulkSkip(opcode: number): Skip {
  if (opcode <= 7) return nothing
  if (opcode === 8 || opcode === 10 || opcode === 12 || opcode === 14) return twoNumbers
  return opcode <= 17 ? number : undefined
}

/** 0xfd: SIMD. */
function vectorSkip(opcode: number): Skip {
  if (opcode <= 11 || within(opcode, 92, 93)) return address
  if (within(opcode, 12, 13)) return bytes(16)
  if (within(opcode, 21, 34)) return bytes(1)
  if (within(opcode, 84, 91)) return addressAndLane
  return opcode <= 255 ? nothing : undefined
}
