// The seeded generator (xoshiro128**, public domain by Blackman and Vigna): the only randomness of the machine.

import { Kernel, kernel } from '../kernel'
import { STATE } from '../memory'

// splitmix32, to spread a seed over the four words.
function spread(seed: u32): u32 {
  let z = seed + 0x9e3779b9
  z = (z ^ (z >>> 16)) * 0x85ebca6b
  z = (z ^ (z >>> 13)) * 0xc2b2ae35
  return z ^ (z >>> 16)
}

/** Starts the generator. */
export function seedRandom(seed: u32): void {
  const k = kernel()
  for (let at: u32 = offsetof<Kernel>('random0'); at <= offsetof<Kernel>('random3'); at += 4) {
    seed = spread(seed)
    store<u32>(STATE + at, seed)
  }
  k.random3 |= 1
  k.faultRandom = spread(k.random3) | 1
}

/** The next number of the generator of faults, which leaves the other one alone (xorshift32, Marsaglia). */
export function faultRandom(): u32 {
  const k = kernel()
  let x = k.faultRandom
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  k.faultRandom = x
  return x
}

/** The next number. */
export function random(): u32 {
  const k = kernel()
  const result = rotl(k.random1 * 5, 7) * 9
  const t = k.random1 << 9
  k.random2 ^= k.random0
  k.random3 ^= k.random1
  k.random1 ^= k.random2
  k.random0 ^= k.random3
  k.random2 ^= t
  k.random3 = rotl(k.random3, 11)
  return result
}
