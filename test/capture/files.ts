// Capture files built by hand, in either byte order, for the tests of the reader: nothing here comes from the writer.

/** A list of bytes that grows field by field, in one byte order. */
export class Build {
  readonly little: boolean
  readonly #bytes: number[] = []

  constructor(little: boolean) {
    this.little = little
  }

  get length(): number {
    return this.#bytes.length
  }

  u16(value: number): this {
    return this.#number(value, 2)
  }

  u32(value: number): this {
    return this.#number(value, 4)
  }

  i64(value: bigint): this {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigInt64(0, value, this.little)
    return this.raw(new Uint8Array(view.buffer))
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte)
    return this
  }

  /** Zeros up to the next step of four bytes. */
  pad(): this {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0)
    return this
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  #number(value: number, size: number): this {
    const bytes = Array.from({ length: size }, (_, index) => (value / 256 ** index) & 0xff)
    return this.raw(this.little ? bytes : bytes.reverse())
  }
}

/** A message with the 16 bytes that come before it. */
export function cooked(protocol: number, data: readonly number[], packetType = 0): number[] {
  return [0, packetType, 0x03, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, protocol >> 8, protocol & 0xff, ...data]
}

export interface PcapRecord {
  readonly seconds: number
  readonly fraction: number
  readonly packet: readonly number[]
  readonly original?: number
}

/** A pcap file. */
export function pcap(little: boolean, magic: number, records: readonly PcapRecord[], linkType = 253): Uint8Array {
  const file = new Build(little).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262144).u32(linkType)
  for (const { seconds, fraction, packet, original } of records) {
    file.u32(seconds).u32(fraction).u32(packet.length)
    file.u32(original ?? packet.length).raw(packet)
  }
  return file.bytes()
}

/** An option of a block: its code and its value, still to be padded. */
export type Option = readonly [code: number, value: Iterable<number>]

/** A block of pcapng around its body, with options and their end mark if there are any. */
export function block(little: boolean, type: number, body: (build: Build) => void, options: readonly Option[] = []) {
  const inner = new Build(little)
  body(inner)
  inner.pad()
  for (const [code, value] of options) {
    const bytes = Uint8Array.from(value)
    inner.u16(code).u16(bytes.length).raw(bytes).pad()
  }
  if (options.length > 0) inner.u16(0).u16(0)
  const length = inner.length + 12
  return new Build(little).u32(type).u32(length).raw(inner.bytes()).u32(length).bytes()
}

export function sectionHeader(little: boolean, length = -1n, options: readonly Option[] = []): Uint8Array {
  return block(little, 0x0a0d0d0a, (build) => build.u32(0x1a2b3c4d).u16(1).u16(0).i64(length), options)
}

export function interfaceDescription(
  little: boolean,
  {
    linkType = 253,
    snaplen = 0,
    options = [],
  }: { linkType?: number; snaplen?: number; options?: readonly Option[] } = {},
): Uint8Array {
  return block(little, 1, (build) => build.u16(linkType).u16(0).u32(snaplen), options)
}

export interface PacketFields {
  readonly packet: readonly number[]
  readonly interface?: number
  readonly time?: bigint
  readonly captured?: number
  readonly original?: number
  readonly options?: readonly Option[]
}

function timed(build: Build, { packet, time = 0n, captured, original }: PacketFields): void {
  build.u32(Number(time >> 32n)).u32(Number(time & 0xffffffffn))
  build.u32(captured ?? packet.length).u32(original ?? packet.length)
  build.raw(packet)
}

export function enhancedPacket(little: boolean, fields: PacketFields): Uint8Array {
  return block(little, 6, (build) => timed(build.u32(fields.interface ?? 0), fields), fields.options)
}

export function oldPacket(little: boolean, fields: PacketFields): Uint8Array {
  return block(little, 2, (build) => timed(build.u16(fields.interface ?? 0).u16(0xffff), fields), fields.options)
}

export function simplePacket(little: boolean, packet: readonly number[], original = packet.length): Uint8Array {
  return block(little, 3, (build) => build.u32(original).raw(packet))
}

/** Files and blocks one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
