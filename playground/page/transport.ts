// The buttons and words of the timeline.

import { box, button, input, setText } from './dom.js'
import type { Playback } from './playback.js'
import type { Session } from './session.js'
import { seconds } from './words.js'

/** Milliseconds of real time between two remarks to a screen reader while the scene plays. */
const SPEAK_MS = 1200

export class Transport {
  #spokenAt = 0

  /** Shows where it is. `now` is the time of requestAnimationFrame. */
  draw({ last, steps, status, open }: Session, { cursor, playing, moving }: Playback, now: number): void {
    const record = steps[cursor]
    const label = record?.label ?? 'The machine boots'
    const place = `${cursor} of ${last}${open ? ' so far' : ''}`
    const position = input('position')
    position.max = String(last)
    position.value = String(cursor)
    position.setAttribute('aria-valuetext', `Step ${place}: ${label}`)
    setText(box('step'), `Step ${place}`)
    setText(box('label'), label)
    setText(box('time'), record === undefined ? '' : seconds(record.time))
    setText(button('play'), moving ? 'Pause' : 'Play')
    for (const id of ['first', 'back']) button(id).disabled = cursor === 0
    for (const id of ['forward', 'end']) button(id).disabled = !open && cursor === last
    box('stage').setAttribute('aria-busy', String(status === 'starting'))
    if (!playing || now - this.#spokenAt >= SPEAK_MS) this.#speak(`Step ${cursor}: ${label}`, now)
  }

  #speak(text: string, now: number): void {
    this.#spokenAt = now
    setText(box('said'), text)
  }
}
