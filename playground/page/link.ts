// The part of the address behind "#": scene, knobs and step, so that a link shows what its sender saw.

import { DEFAULT_KNOBS, type Knobs, MOST, numberIn, PROFILES } from '../shared/knobs.js'

export interface LinkState {
  readonly scene: string
  readonly knobs: Knobs
  readonly step: number
}

const MOST_STEP = 1_000_000

/** What stands behind "#". Knobs that are as they always are, are left out; the seed never is. */
export function formatLink({ scene, knobs, step }: LinkState): string {
  const fields = new URLSearchParams({ scene, seed: String(knobs.seed), step: String(step) })
  for (const name of Object.keys(DEFAULT_KNOBS) as (keyof Knobs)[]) {
    if (name !== 'seed' && knobs[name] !== DEFAULT_KNOBS[name]) fields.set(name, String(knobs[name]))
  }
  return fields.toString()
}

/** What a link says. What it does not say, or says wrongly, is as always; a scene that is unknown is the first one. */
export function parseLink(hash: string, scenes: readonly string[]): LinkState {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const text = (name: string) => fields.get(name) ?? ''
  const number = (name: keyof typeof MOST) => numberIn(text(name), MOST[name], DEFAULT_KNOBS[name] as number)
  const schedule = text('schedule')
  const knobs: Knobs = {
    seed: number('seed'),
    schedule: /^\d+$/.test(schedule) ? numberIn(schedule, MOST.schedule, 0) : 'fifo',
    profile: PROFILES.find((profile) => profile === text('profile')) ?? DEFAULT_KNOBS.profile,
    rcvbuf: number('rcvbuf'),
    drop: number('drop'),
    delay: number('delay'),
    delayMs: number('delayMs'),
    fail: number('fail'),
  }
  const scene = scenes.find((name) => name === text('scene')) ?? scenes[0] ?? ''
  return { scene, knobs, step: numberIn(text('step'), MOST_STEP, 0) }
}
