// A module that counts what it executes: globals of its own grow at the start of each run of instructions that are executed all or none.
import { appended, leb, Reader, sized } from './bytes.js'
import { countedBody, type EndsRun, endsRun } from './code.js'
import { END, I32_CONST, I64_CONST } from './opcodes.js'

/** The exported global that counts instructions, an i64. */
export const INSTRUCTIONS = 'instructions'
/** The exported global that counts the bytes which bulk instructions move, an i64. */
export const BULK_BYTES = 'bulk_bytes'

const HEADER_BYTES = 8
const GLOBALS = 6
const EXPORTS = 7
const CODE = 10

interface Section {
  readonly id: number
  readonly body: Uint8Array
}

/**
 * The same module, with the counters. Each instruction that is executed counts, a bulk copy as one; block, loop, else and end do not,
 * since they only say where others jump to. With `ends` runs may be shorter than they need to be; the counts stay the same.
 *
 * @throws WebAssembly.CompileError for bytes that are no module; TypeError for instructions that asc does not write
 */
export function instrument(module: Uint8Array<ArrayBuffer>, ends: EndsRun = endsRun): Uint8Array<ArrayBuffer> {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module))
  const sections = readSections(module)
  const first = imports.filter(({ kind }) => kind === 'global').length + countGlobals(sections)
  const counters = { instructions: first, bulkBytes: first + 1, length: first + 2 }
  edit(sections, GLOBALS, (globals) => appended(globals, [I64_VARIABLE, I64_VARIABLE, I32_VARIABLE]))
  edit(sections, EXPORTS, (exports) =>
    appended(exports, [exported(INSTRUCTIONS, counters.instructions), exported(BULK_BYTES, counters.bulkBytes)]),
  )
  edit(sections, CODE, (bodies) => changed(bodies, (body) => sized(countedBody(body, counters, ends))))
  const bytes = sections.flatMap(({ id, body }) => [id, ...sized(body)])
  return new Uint8Array([...module.subarray(0, HEADER_BYTES), ...bytes])
}

const I32_VARIABLE = [0x7f, 1, I32_CONST, 0, END]
const I64_VARIABLE = [0x7e, 1, I64_CONST, 0, END]

const exported = (name: string, global: number) => [...sized(new TextEncoder().encode(name)), 3, ...leb(global)]

function readSections(module: Uint8Array): Section[] {
  const reader = new Reader(module, HEADER_BYTES)
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

/** A vector of sized items, each of them changed. */
function changed(vector: Uint8Array, change: (item: Reader) => number[]): number[] {
  const reader = new Reader(vector)
  const count = reader.u32()
  const items = Array.from({ length: count }, () => change(reader.take(reader.u32())))
  return [...leb(count), ...items.flat()]
}
