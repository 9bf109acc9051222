// A reader of the sections of a WebAssembly module, as far as the tests look into the artefact: what WebAssembly.Module
// does not tell (signatures, mutability, where the static data lies). Anything unknown is an error, nothing is skipped.

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref'
export type ExternKind = 'func' | 'table' | 'memory' | 'global'

export interface Signature {
  readonly params: ValueType[]
  readonly results: ValueType[]
}

export interface GlobalType {
  readonly type: ValueType
  readonly mutable: boolean
}

export interface WasmImport {
  readonly module: string
  readonly name: string
  readonly kind: ExternKind
  readonly signature?: Signature
  readonly global?: GlobalType
}

export interface WasmExport {
  readonly name: string
  readonly kind: ExternKind
  readonly index: number
}

/** Bytes that instantiation copies into memory; `offset` is undefined for a passive segment. */
export interface DataSegment {
  readonly offset: number | undefined
  readonly size: number
}

export interface WasmSections {
  readonly imports: WasmImport[]
  /** Of every function, imported ones first. */
  readonly signatures: Signature[]
  /** Every global, imported ones first. */
  readonly globals: GlobalType[]
  readonly exports: WasmExport[]
  readonly data: DataSegment[]
}

const VALUE_TYPES: Record<number, ValueType> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
  123: 'v128',
  112: 'funcref',
  111: 'externref',
}
const EXTERN_KINDS: readonly ExternKind[] = ['func', 'table', 'memory', 'global']

/** Reads bytes forward and never past the end. */
class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
    private readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at === this.end
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError(`the section ends at byte ${this.end}`)
    return this.bytes[this.at++]!
  }

  take(size: number): Cursor {
    const start = this.at
    if (size > this.end - start) throw new RangeError(`${size} bytes from byte ${start} end behind byte ${this.end}`)
    this.at = start + size
    return new Cursor(this.bytes, start, this.at)
  }

  /** Unsigned LEB128, 32 bits. */
  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      if (shift === 28 && byte > 15) break
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new RangeError(`the number that ends at byte ${this.at} has more than 32 bits`)
  }

  /** Signed LEB128 of up to 64 bits, as far as 32 of them tell. */
  signed(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return Number(BigInt.asIntN(Number(shift) + 7, value))
    }
    throw new RangeError(`the number that ends at byte ${this.at} has more than 64 bits`)
  }

  name(): string {
    const { bytes, at, end } = this.take(this.u32())
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at, end))
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read)
  }

  valueType(): ValueType {
    return known(VALUE_TYPES[this.byte()], 'value type', this.at - 1)
  }

  externKind(): ExternKind {
    return known(EXTERN_KINDS[this.byte()], 'kind', this.at - 1)
  }

  globalType(): GlobalType {
    const type = this.valueType()
    return { type, mutable: known([false, true][this.byte()], 'mutability', this.at - 1) }
  }

  limits(): void {
    const flags = this.byte()
    this.u32()
    if (flags & 1) this.u32()
  }

  /** A constant expression; its value if it is one i32.const. */
  constant(): number | undefined {
    let value: number | undefined
    for (let count = 0; ; count++) {
      const opcode = this.byte()
      if (opcode === 0x0b) return count === 1 ? value : undefined
      value = this.immediate(opcode)
    }
  }

  private immediate(opcode: number): number | undefined {
    if (opcode === 0x41) return this.signed()
    if (opcode === 0x42) this.signed()
    else if (opcode === 0x43) this.take(4)
    else if (opcode === 0x44) this.take(8)
    else if (opcode === 0x23 || opcode === 0xd2) this.u32()
    else if (opcode === 0xd0) this.byte()
    else if (opcode === 0xfd && this.u32() === 12) this.take(16)
    else throw new TypeError(`unknown constant expression at byte ${this.at - 1}`)
    return undefined
  }
}

function known<T>(value: T | undefined, what: string, at: number): T {
  if (value === undefined) throw new TypeError(`unknown ${what} at byte ${at}`)
  return value
}

/**
 * What a module declares.
 * @throws TypeError or RangeError if the bytes are no module of the kind that asc makes
 */
export function readSections(bytes: Uint8Array): WasmSections {
  const cursor = new Cursor(bytes)
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  if (header.some((byte) => cursor.byte() !== byte)) throw new TypeError('not a WebAssembly module of version 1')
  const sections = new Map<number, Cursor>()
  while (!cursor.done) {
    const id = cursor.byte()
    const body = cursor.take(cursor.u32())
    if (id !== 0 && sections.has(id)) throw new TypeError(`section ${id} twice`)
    sections.set(id, body)
  }
  const read = <T>(id: number, item: (section: Cursor) => T): T[] => {
    const section = sections.get(id)
    if (id === 0 || !section) return []
    const items = section.list(() => item(section))
    if (!section.done) throw new TypeError(`section ${id} goes on at byte ${section.at}`)
    return items
  }
  const types = read(1, readSignature)
  const imports = read(2, (section) => readImport(section, types))
  const signatures = read(3, (section) => known(types[section.u32()], 'type', section.at))
  const globals = read(6, (section) => {
    const type = section.globalType()
    section.constant()
    return type
  })
  return {
    imports,
    signatures: [...imports.flatMap(({ signature }) => signature ?? []), ...signatures],
    globals: [...imports.flatMap(({ global }) => global ?? []), ...globals],
    exports: read(7, (section) => ({ name: section.name(), kind: section.externKind(), index: section.u32() })),
    data: read(11, readData),
  }
}

function readSignature(section: Cursor): Signature {
  if (section.byte() !== 0x60) throw new TypeError(`no function type at byte ${section.at - 1}`)
  const valueType = () => section.valueType()
  return { params: section.list(valueType), results: section.list(valueType) }
}

function readImport(section: Cursor, types: Signature[]): WasmImport {
  const entry = { module: section.name(), name: section.name(), kind: section.externKind() }
  if (entry.kind === 'func') return { ...entry, signature: known(types[section.u32()], 'type', section.at) }
  if (entry.kind === 'global') return { ...entry, global: section.globalType() }
  if (entry.kind === 'table') section.valueType()
  section.limits()
  return entry
}

function readData(section: Cursor): DataSegment {
  const flags = section.u32()
  if (flags > 2) throw new TypeError(`unknown data segment at byte ${section.at - 1}`)
  if (flags === 2) section.u32()
  const offset = flags === 1 ? undefined : known(section.constant(), 'data offset', section.at)
  const size = section.u32()
  section.take(size)
  return { offset: offset === undefined ? undefined : offset >>> 0, size }
}
