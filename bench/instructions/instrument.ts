// A module that counts the instructions it executes: a global of its own grows at the start of each run of instructions that are
// executed all or none.
import { appended, leb, Reader, signedLeb, sized } from './bytes.js'
import * as op from './opcodes.js'

/** The exported global that counts, an i64. */
export const COUNTER = 'instructions'

const HEADER_BYTES = 8
const GLOBALS = 6
const EXPORTS = 7
const CODE = 10

interface Section {
  readonly id: number
  readonly body: Uint8Array
}

/**
 * The same module, with the counter. It counts each instruction that is executed, a bulk copy as one; block, loop, else and end are none,
 * since they only say where others jump to.
 *
 * @throws WebAssembly.CompileError for bytes that are no module; TypeError for instructions that asc does not write
 */
export function instrument(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module))
  const sections = readSections(module)
  const counter = imports.filter(({ kind }) => kind === 'global').length + countGlobals(sections)
  edit(sections, GLOBALS, (globals) => appended(globals, [0x7e, 1, op.I64_CONST, 0, op.END]))
  edit(sections, EXPORTS, (exports) => appended(exports, [...sized(utf8(COUNTER)), 3, ...leb(counter)]))
  edit(sections, CODE, (code) => countedFunctions(new Reader(code), counter))
  return new Uint8Array([
    ...module.subarray(0, HEADER_BYTES),
    ...sections.flatMap(({ id, body }) => [id, ...sized(body)]),
  ])
}

const utf8 = (text: string) => new TextEncoder().encode(text)

function readSections(module: Uint8Array): Section[] {
  const reader = new Reader(module)
  reader.skip(HEADER_BYTES)
  const sections: Section[] = []
  while (!reader.done) sections.push({ id: reader.byte(), body: reader.take(reader.u32()).rest() })
  return sections
}

function countGlobals(sections: readonly Section[]): number {
  const own = sections.find(({ id }) => id === GLOBALS)
  return own === undefined ? 0 : new Reader(own.body).u32()
}

/** Replaces the body of a section; one that is not there is an empty vector. */
function edit(sections: Section[], id: number, change: (body: Uint8Array) => number[]): void {
  const at = sections.findIndex((section) => section.id === id)
  // Sections stand in the order of their numbers, except 0, which may be anywhere, and 12, which comes after 9.
  const place = at >= 0 ? at : sections.findIndex((section) => section.id > id)
  const body = Uint8Array.from(change(sections[at]?.body ?? Uint8Array.of(0)))
  sections.splice(place < 0 ? sections.length : place, at >= 0 ? 1 : 0, { id, body })
}

function countedFunctions(code: Reader, counter: number): number[] {
  const count = code.u32()
  const functions = Array.from({ length: count }, () => sized(countedFunction(code.take(code.u32()), counter)))
  return [...leb(count), ...functions.flat()]
}

function countedFunction(body: Reader, counter: number): number[] {
  const start = body.at
  for (let groups = body.u32(); groups > 0; groups--) {
    body.skipNumber()
    body.skip(1)
  }
  const locals = body.bytes.subarray(start, body.at)
  return [...locals, ...countedInstructions(body, counter)]
}

/** They only mark a place. */
const NOT_COUNTED: readonly number[] = [op.BLOCK, op.LOOP, op.ELSE, op.END]

/** What follows these may be executed more or less often than what stands before; and whom a call reaches may read the counter. */
const END_OF_RUN: readonly number[] = [
  ...[op.LOOP, op.IF, op.ELSE, op.END],
  ...[op.BR, op.BR_IF, op.BR_TABLE, op.RETURN, op.UNREACHABLE],
  ...[op.CALL, op.CALL_INDIRECT],
]

function countedInstructions(code: Reader, counter: number): number[] {
  const written: number[] = []
  let start = code.at
  let count = 0
  while (!code.done) {
    const opcode = code.byte()
    op.skipImmediates(code, opcode)
    if (!NOT_COUNTED.includes(opcode)) count++
    if (!END_OF_RUN.includes(opcode)) continue
    if (count > 0) written.push(...increment(counter, count))
    written.push(...code.bytes.subarray(start, code.at))
    start = code.at
    count = 0
  }
  return written
}

/** It leaves the stack as it is, so it may stand between any two instructions. */
function increment(counter: number, by: number): number[] {
  const global = leb(counter)
  return [op.GLOBAL_GET, ...global, op.I64_CONST, ...signedLeb(by), op.I64_ADD, op.GLOBAL_SET, ...global]
}
