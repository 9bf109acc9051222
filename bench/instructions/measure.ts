// The counts of a scene, from rounds that must agree.
import type { Boot } from './kernel.js'
import type { Scene } from './scene.js'

/** Instructions of one operation, by row. */
export type Counts = Readonly<Record<string, number>>

/** Rounds that are played before: rings, caches and tables have then the size that they keep. */
const WARM = 3
const ROUNDS = 3

/** @throws Error if the rounds do not all give the same counts */
export function measure(scene: Scene, boot: Boot): Counts {
  const round = scene.prepare(boot)
  for (let i = 0; i < WARM; i++) round()
  const counts = round().map(rounded)
  for (let i = 1; i < ROUNDS; i++) {
    const again = round().map(rounded)
    const odd = counts.findIndex((count, row) => count !== again[row])
    if (odd >= 0)
      throw new Error(`${scene.rows[odd]}: ${counts[odd]} instructions in one round, ${again[odd]} in another`)
  }
  return Object.fromEntries(scene.rows.map((row, at) => [row, counts[at]!]))
}

/** A mean of many operations has three digits behind the point. */
const rounded = (count: number) => Math.round(count * 1000) / 1000
