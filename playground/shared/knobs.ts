// The knobs of a run: everything that decides it beside the code. They go into the machine at boot, and into the link.

/** What a run is booted with. */
export interface Knobs {
  /** Seed of everything that is random in the machine, 32 bits. */
  readonly seed: number
  /** Who is next: first come, first served, or shuffled by a generator of this seed. */
  readonly schedule: 'fifo' | number
  readonly profile: 'default' | 'LINUX_6' | 'LINUX_2_6_14'
  /** What tune() asks for with SO_RCVBUFFORCE, in bytes; 0 leaves a socket as it is. */
  readonly rcvbuf: number
  /** Percent of the losable messages that are lost on their way to a receiver. */
  readonly drop: number
  /** Percent of them that are late, and by how many virtual milliseconds. */
  readonly delay: number
  readonly delayMs: number
  /** Percent of the allocations that fail. */
  readonly fail: number
}

export const DEFAULT_KNOBS: Knobs = {
  seed: 1,
  schedule: 'fifo',
  profile: 'default',
  rcvbuf: 0,
  drop: 0,
  delay: 0,
  delayMs: 20,
  fail: 0,
}

export const PROFILES: readonly Knobs['profile'][] = ['default', 'LINUX_6', 'LINUX_2_6_14']

const U32 = 2 ** 32 - 1

/** The most that each number may be; the least is 0. */
export const MOST = {
  seed: U32,
  schedule: U32,
  rcvbuf: 2 ** 24,
  drop: 100,
  delay: 100,
  delayMs: 60_000,
  fail: 100,
} as const

/**
 * A number that a person wrote, or what it was before if that is none.
 *
 * @param most the largest number that is taken; larger ones are cut
 */
export function numberIn(text: string, most: number, before: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? Math.min(most, Math.max(0, Math.round(value))) : before
}

/** Whether two sets of knobs make the same run. */
export function sameKnobs(a: Knobs, b: Knobs): boolean {
  return (Object.keys(DEFAULT_KNOBS) as (keyof Knobs)[]).every((name) => a[name] === b[name])
}
