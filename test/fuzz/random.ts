// The fuzzer's own generator: small, quick, the same on every host for the same seed.

/** Numbers at which parsers break. */
const EDGES = [
  0, 1, 2, 3, 4, 7, 8, 12, 15, 16, 17, 19, 20, 32, 35, 36, 37, 63, 64, 127, 128, 255, 256, 4095, 4096, 16384, 65535,
]
const HIGH_EDGES = [0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fffe, 0xffff_ffff]

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 32 bits (splitmix32). */
  u32(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let z = this.#state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.u32() / 2 ** 32) * n)
  }

  /** low to high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** True once in n. */
  oneIn(n: number): boolean {
    return this.below(n) === 0
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** A number that is more often at an edge than not. */
  edge(): number {
    if (this.oneIn(3)) return this.u32()
    if (this.oneIn(2)) return this.pick(HIGH_EDGES)
    return (this.pick(EDGES) + (this.oneIn(4) ? 0xffff_ffff : 0)) >>> 0
  }

  /** Mostly short, now and then long. */
  length(most: number): number {
    const few = this.oneIn(50) ? most : this.oneIn(8) ? Math.min(most, 2000) : Math.min(most, 120)
    return this.below(few + 1)
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    if (this.oneIn(8)) return bytes.fill(this.below(128))
    for (let at = 0; at < length; at += 4) {
      const word = this.u32()
      bytes[at] = word
      bytes[at + 1] = word >>> 8
      bytes[at + 2] = word >>> 16
      bytes[at + 3] = word >>> 24
    }
    return bytes
  }
}
