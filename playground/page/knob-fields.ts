// The fields of the knobs: what a person sets there, and what a link has set.

import { DEFAULT_KNOBS, type Knobs, MOST, numberIn, PROFILES } from '../shared/knobs.js'
import { button, input, select } from './dom.js'

const NUMBERS = ['seed', 'drop', 'delay', 'delayMs', 'fail'] as const

export class KnobFields {
  #knobs: Knobs = DEFAULT_KNOBS

  /** @param changed is told of every other set of knobs that the user makes */
  constructor(changed: (knobs: Knobs) => void) {
    const read = () => {
      const knobs = this.#read()
      this.knobs = knobs
      changed(knobs)
    }
    for (const name of [...NUMBERS, 'schedule']) input(`knob-${name}`).addEventListener('change', read)
    for (const name of ['profile', 'order', 'rcvbuf']) select(`knob-${name}`).addEventListener('change', read)
    button('knobs-reset').addEventListener('click', () => {
      this.knobs = DEFAULT_KNOBS
      changed(DEFAULT_KNOBS)
    })
  }

  get knobs(): Knobs {
    return this.#knobs
  }

  /** Shows knobs that came from elsewhere. */
  set knobs(knobs: Knobs) {
    this.#knobs = knobs
    for (const name of NUMBERS) input(`knob-${name}`).value = String(knobs[name])
    select('knob-profile').value = knobs.profile
    select('knob-order').value = knobs.schedule === 'fifo' ? 'fifo' : 'seed'
    const shuffle = input('knob-schedule')
    shuffle.disabled = knobs.schedule === 'fifo'
    if (knobs.schedule !== 'fifo') shuffle.value = String(knobs.schedule)
    else if (shuffle.value === '') shuffle.value = '1'
    showSize(select('knob-rcvbuf'), knobs.rcvbuf)
  }

  #read(): Knobs {
    const before = this.#knobs
    const number = (name: (typeof NUMBERS)[number]) => numberIn(input(`knob-${name}`).value, MOST[name], before[name])
    const shuffle = numberIn(input('knob-schedule').value, MOST.schedule, 1)
    return {
      seed: number('seed'),
      drop: number('drop'),
      delay: number('delay'),
      delayMs: number('delayMs'),
      fail: number('fail'),
      schedule: select('knob-order').value === 'fifo' ? 'fifo' : shuffle,
      profile: PROFILES.find((profile) => profile === select('knob-profile').value) ?? before.profile,
      rcvbuf: numberIn(select('knob-rcvbuf').value, MOST.rcvbuf, before.rcvbuf),
    }
  }
}

/** A link may have any size: then it becomes one of the choices. */
function showSize(sizes: HTMLSelectElement, size: number): void {
  const value = String(size)
  if (![...sizes.options].some((option) => option.value === value)) sizes.append(new Option(`${value} bytes`, value))
  sizes.value = value
}
