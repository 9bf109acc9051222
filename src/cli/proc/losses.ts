// How much was lost: what the socket says (ENOBUFS), and what the numbers of each CPU show.

import { GapDetector } from '../../connector/sequence.js'
import { CN_IDX_PROC, PROC_EVENT } from '../../uapi/index.js'
import type { Told } from './source.js'

export class Losses {
  /** How often the socket said ENOBUFS. */
  overruns = 0
  /** How many messages are missing by the numbers, all and by CPU. */
  lost = 0
  readonly byCpu = new Map<number, number>()
  readonly #gaps = new GapDetector(({ data }) =>
    new DataView(data.buffer, data.byteOffset).getUint32(PROC_EVENT.cpu, true),
  )

  /** Counts a message. @returns how many of its CPU are missing before it */
  count({ msg, event }: Told): number {
    const missing = this.#gaps.check({ type: 'message', portid: 0, group: CN_IDX_PROC, ...msg })?.missing ?? 0
    if (missing > 0) this.byCpu.set(event.cpu, (this.byCpu.get(event.cpu) ?? 0) + missing)
    this.lost += missing
    return missing
  }

  get any(): boolean {
    return this.overruns > 0 || this.lost > 0
  }
}
