// Classic socket filters: programs that Linux takes, and programs that it has something against.

import fc from 'fast-check'
import { mostly, weighted } from './draft.js'

export type Instruction = readonly [code: number, jt: number, jf: number, k: number]

const LOAD_CONSTANT = 0x00
const LOAD_LENGTH = 0x80
const LOAD_ABSOLUTE = [0x20, 0x28, 0x30]
const LOAD_INDIRECT = [0x40, 0x48, 0x50]
const LOADX_CONSTANT = 0x01
const LOADX_HEADER_LENGTH = 0xb1
const STORE = 0x02
const STOREX = 0x03
const LOAD_MEMORY = 0x60
const LOADX_MEMORY = 0x61
const JUMPS = [0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d]
const ARITHMETIC = [0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0x94, 0xa4, 0x84]
const ARITHMETIC_X = [0x0c, 0x1c, 0x2c, 0x3c, 0x4c, 0x5c, 0x6c, 0x7c, 0x9c, 0xac]
const RETURN = 0x06
const RETURN_A = 0x16
const TAX = 0x07
const TXA = 0x87
/** Where the offsets of the network header, the link header and the kernel's own values begin. */
const SKF_NET_OFF = 0xfff00000
const SKF_LL_OFF = 0xffe00000
const SKF_AD_OFF = 0xfffff000

const one = (code: number, k = 0): Instruction => [code, 0, 0, k]
const constant = fc.oneof(
  weighted(3, fc.nat(70)),
  weighted(1, fc.constantFrom(255, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff)),
)
/** What the kernel knows beside the datagram. Not the number of the CPU (36), nor a random number (56): docs/fuzzing.md. */
const extension = fc
  .constantFrom(0, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 44, 48, 52, 60, 64)
  .map((which) => SKF_AD_OFF + which)
const header = fc.tuple(fc.constantFrom(SKF_NET_OFF, SKF_LL_OFF), fc.nat(40)).map(([base, at]) => base + at)
/** Offsets of data, and what else can be loaded. */
const offset = fc.oneof(
  weighted(16, fc.nat(40)),
  weighted(1, fc.constantFrom(256, 0x7fffffff)),
  weighted(2, extension),
  weighted(1, header),
)
const kept = fc.oneof(weighted(3, fc.constantFrom(0, 1, 3, 16, 17, 100)), weighted(2, fc.constant(0xffffffff)))

/** An instruction that may stand anywhere; `left` follow it. */
function instruction(left: number): fc.Arbitrary<Instruction> {
  const nearby = fc.nat(Math.max(0, Math.min(255, left - 1)))
  return fc.oneof(
    fc.tuple(fc.constantFrom(...LOAD_ABSOLUTE), offset).map(([code, k]) => one(code, k)),
    fc.tuple(fc.constantFrom(...LOAD_INDIRECT), offset).map(([code, k]) => one(code, k)),
    fc.tuple(fc.constantFrom(LOAD_CONSTANT, LOADX_CONSTANT), constant).map(([code, k]) => one(code, k)),
    fc
      .tuple(fc.constantFrom(...JUMPS), nearby, nearby, constant)
      .map(([code, jt, jf, k]) => [code, jt, jf, k] as const),
    fc.tuple(fc.constantFrom(...ARITHMETIC), constant).map(([code, k]) => one(code, k)),
    fc.constantFrom(...ARITHMETIC_X).map((code) => one(code)),
    fc.constantFrom(one(LOAD_LENGTH), one(TAX), one(TXA), one(LOADX_HEADER_LENGTH, 0), one(LOADX_HEADER_LENGTH, 3)),
    fc.tuple(fc.constantFrom(STORE, STOREX, LOAD_MEMORY, LOADX_MEMORY), fc.nat(2)).map(([code, k]) => one(code, k)),
    fc.tuple(fc.constantFrom(RETURN, RETURN), kept).map(([code, k]) => one(code, k)),
  )
}

const end: fc.Arbitrary<Instruction> = mostly(
  3,
  kept.map((k) => one(RETURN, k)),
  fc.constant(one(RETURN_A)),
)
const longer = fc.integer({ min: 1, max: 8 }).chain((size) => {
  const body = Array.from({ length: size }, (_, at) => instruction(size - at))
  return fc.tuple(...body, end) as fc.Arbitrary<Instruction[]>
})
/** Memory is written before it is read. */
const initialised = longer.map((program) => [one(STORE, 0), one(STORE, 1), one(STORE, 2), ...program])

const wild: fc.Arbitrary<Instruction> = fc.tuple(fc.nat(0x1ff), fc.nat(3), fc.nat(3), fc.nat(40))
const broken = fc.oneof(
  fc.constant<Instruction[]>([]),
  fc.array(wild, { minLength: 1, maxLength: 4 }),
  longer.map((program) => program.slice(0, -1)),
)

export const filter: fc.Arbitrary<readonly Instruction[]> = fc.oneof(
  weighted(
    3,
    kept.map((k) => [one(RETURN, k)]),
  ),
  weighted(2, longer),
  weighted(4, initialised),
  weighted(1, broken),
)
