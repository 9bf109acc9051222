// A second, plain interpreter of classic socket filters, written from the description of the machine: A, X, M[16], a datagram.

export type Instruction = readonly [code: number, jt: number, jf: number, k: number]

export const LD_IMM = 0x00
export const LD_W_ABS = 0x20
export const LD_H_ABS = 0x28
export const LD_B_ABS = 0x30
export const LD_W_IND = 0x40
export const LD_H_IND = 0x48
export const LD_B_IND = 0x50
export const LD_MEM = 0x60
export const LD_LEN = 0x80
export const LDX_IMM = 0x01
export const LDX_MEM = 0x61
export const LDX_LEN = 0x81
export const LDX_MSH = 0xb1
export const ST = 0x02
export const STX = 0x03
export const JA = 0x05
export const RET_K = 0x06
export const RET_A = 0x16
export const TAX = 0x07
export const TXA = 0x87
/** add, sub, mul, div, or, and, lsh, rsh, mod, xor: with a constant; `| 8` with X. */
export const ALU = [0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0x94, 0xa4] as const
export const NEG = 0x84
/** jeq, jgt, jge, jset: with a constant; `| 8` with X. */
export const JUMPS = [0x15, 0x25, 0x35, 0x45] as const

const COMPUTE: Record<number, (a: number, b: number) => number> = {
  4: (a, b) => a + b,
  20: (a, b) => a - b,
  36: (a, b) => Math.imul(a, b),
  52: (a, b) => Math.floor(a / b),
  68: (a, b) => a | b,
  84: (a, b) => a & b,
  100: (a, b) => a << b,
  116: (a, b) => a >>> b,
  132: (a) => -a,
  148: (a, b) => a % b,
  164: (a, b) => a ^ b,
}

const COMPARE: Record<number, (a: number, b: number) => boolean> = {
  21: (a, b) => a === b,
  37: (a, b) => a > b,
  53: (a, b) => a >= b,
  69: (a, b) => (a & b) !== 0,
}

/** Places from here on are counted from the network header, which for netlink is the datagram's beginning. */
const NET_OFF = 0xfff0_0000

/** Big-endian, or undefined outside of the datagram. */
function load(data: Uint8Array, place: number, size: number): number | undefined {
  const at = place >= NET_OFF ? place - NET_OFF : place
  if (at + size > data.length) return undefined
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + data[at + i]!
  return value
}

const SIZES: Record<number, number> = { 0: 4, 8: 2, 16: 1 }

/** How many bytes of the datagram are kept. */
export function interpret(program: readonly Instruction[], data: Uint8Array): number {
  const memory = new Array<number>(16).fill(0)
  let [a, x] = [0, 0]
  for (let pc = 0; ; pc++) {
    const [code, jt, jf, k] = program[pc]!
    const operand = code & 8 ? x : k
    const kind = code & 7
    if (code === LD_IMM) a = k
    else if (code === LD_MEM) a = memory[k]!
    else if (code === LD_LEN) a = data.length
    else if (kind === 0) {
      const at = (code & 0xe0) === 0x40 ? (x + k) >>> 0 : k
      const value = load(data, at, SIZES[code & 0x18]!)
      if (value === undefined) return 0
      a = value
    } else if (code === LDX_IMM) x = k
    else if (code === LDX_MEM) x = memory[k]!
    else if (code === LDX_LEN) x = data.length
    else if (code === LDX_MSH) {
      const value = load(data, k, 1)
      if (value === undefined) return 0
      x = (value & 15) * 4
    } else if (code === ST) memory[k] = a
    else if (code === STX) memory[k] = x
    else if (kind === 4) {
      if (operand === 0 && ((code & 0xf0) === 0x30 || (code & 0xf0) === 0x90)) return 0
      a = COMPUTE[code & 0xf7]!(a, operand) >>> 0
    } else if (code === JA) pc += k
    else if (kind === 5) pc += COMPARE[code & 0xf7]!(a, operand) ? jt : jf
    else if (code === RET_K) return k
    else if (code === RET_A) return a
    else if (code === TAX) x = a
    else a = x
  }
}
