// A journal played in a machine of its own, and told of by a tap.

import type { TapEvent } from '../api.js'
import type { Machine } from '../machine/index.js'
import { type ReplayResult, replayJournal } from '../machine/journal/index.js'
import { asHook, asOptions } from '../user/index.js'
import { Tap } from './tap.js'
import { Watch } from './watch.js'

/** What replay() takes. */
export interface ReplayOptions {
  /** A compiled kernel (see compile()); by default the embedded bytes are compiled. */
  readonly module?: WebAssembly.Module
  /** Is told now and then how many calls have been played, and at the end. */
  readonly progress?: (done: number, total: number) => void
  /** Is told of every message and every receive, as kernel.tap() tells it, whether or not anybody listened when it was recorded. */
  readonly tap?: (event: TapEvent) => void
}

/** See replay() of the package. */
export function replay(journal: Uint8Array, options: ReplayOptions = {}): ReplayResult {
  const { module, progress, tap } = asOptions(options, 'options', { module: 1, progress: 1, tap: 1 })
  asHook(progress, 'progress')
  asHook(tap, 'tap')
  const listen = (machine: Machine) => void new Tap(machine, new Watch(machine)).add(tap as (event: TapEvent) => void)
  return replayJournal(journal, { module, progress, prepare: tap === undefined ? undefined : listen })
}
