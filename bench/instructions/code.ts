// The code of a function, with what makes the counters grow between its instructions.
import { leb, type Reader, signedLeb } from './bytes.js'
import * as op from './opcodes.js'

/** Numbers of the globals that were added for it. */
export interface Counters {
  readonly instructions: number
  readonly bulkBytes: number
  /** An i32 that keeps a length for the next few instructions. */
  readonly length: number
}

/** Whether a run of instructions ends with this one. */
export type EndsRun = (opcode: number) => boolean

/** They only mark a place. */
const NOT_COUNTED: readonly number[] = [op.BLOCK, op.LOOP, op.ELSE, op.END]

/** What follows these may be executed more or less often than what stands before; and whom a call reaches may read the counters. */
const ENDS: readonly number[] = [
  ...[op.LOOP, op.IF, op.ELSE, op.END],
  ...[op.BR, op.BR_IF, op.BR_TABLE, op.RETURN, op.UNREACHABLE],
  ...[op.CALL, op.CALL_INDIRECT],
]
export const endsRun: EndsRun = (opcode) => ENDS.includes(opcode)

/** The body of a function: its locals as they are, and its code with the counters. */
export function countedBody(body: Reader, counters: Counters, ends: EndsRun): number[] {
  const start = body.at
  for (let groups = body.u32(); groups > 0; groups--) {
    body.skipNumber()
    body.skip(1)
  }
  const locals = body.bytes.subarray(start, body.at)
  return [...locals, ...countedCode(body, counters, ends)]
}

function countedCode(code: Reader, counters: Counters, ends: EndsRun): number[] {
  const written: number[] = []
  let start = code.at
  let count = 0
  const endRun = (end: number) => {
    if (count > 0) written.push(...increment(counters, count))
    written.push(...code.bytes.subarray(start, end))
    start = end
    count = 0
  }
  while (!code.done) {
    const { at } = code
    const opcode = code.byte()
    op.skipImmediates(code, opcode)
    if (op.movesBytes(code.bytes, at)) {
      endRun(at)
      written.push(...incrementByLength(counters))
    }
    if (!NOT_COUNTED.includes(opcode)) count++
    if (ends(opcode)) endRun(code.at)
  }
  return written
}

// Both leave the stack as it is, so they may stand between any two instructions.

function increment({ instructions }: Counters, by: number): number[] {
  return [...get(instructions), op.I64_CONST, ...signedLeb(by), op.I64_ADD, ...set(instructions)]
}

/** The length is the uppermost value. */
function incrementByLength({ bulkBytes, length }: Counters): number[] {
  const grow = [...get(bulkBytes), ...get(length), op.I64_EXTEND_I32_U, op.I64_ADD, ...set(bulkBytes)]
  return [...set(length), ...grow, ...get(length)]
}

const get = (global: number) => [op.GLOBAL_GET, ...leb(global)]
const set = (global: number) => [op.GLOBAL_SET, ...leb(global)]
