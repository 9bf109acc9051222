// The programs of examples/ are what the demonstration runs. They are loaded as they stand there: they import the package as its
// users do, so nothing of them is bundled.

import { existsSync } from 'node:fs'
import type { Kernel, Module, Task } from '../../index.js'
import type { CbId, CnMsg, ProcEvent } from '../../uapi/index.js'
import { UsageError } from './usage-error.js'

/** examples/ucon.mjs */
export interface UconExample {
  describe(msg: CnMsg): string
  converse(kernel: Kernel, options: { seconds: number; print: (way: '->' | '<-', msg: CnMsg) => void }): Ucon
}

export interface Ucon {
  readonly portid: number
  received(): Iterable<CnMsg>
  close(): void
}

/** examples/proc_player.mjs */
export interface ProcPlayerExample {
  readonly RECORDING: URL
  readRecording(path: string | URL, limit: number): RecordedEvent[]
  readonly PLAYER_ID: CbId
  readonly ProcPlayer: new (events: readonly RecordedEvent[]) => ProcPlayer
}

export interface RecordedEvent {
  readonly cpu: number
}

export interface ProcPlayer extends Module {
  /** How many messages were sent, acknowledgements included. */
  readonly sent: number
  /** How many events are still to be played. */
  readonly left: number
}

/** examples/process-events.mjs */
export interface ProcessEventsExample {
  readonly ProcListener: new (task: Task, options: { id: CbId; rcvbuf?: number }) => ProcListener
}

export interface ProcListener {
  readonly portid: number
  readonly received: number
  readonly lost: number
  readonly overruns: number
  ask(): void
  events(): Iterable<ProcEvent>
}

/** examples/forkstat.mjs */
export interface ForkstatExample {
  readonly HEADER: string
  readonly Forkstat: new () => { row(event: ProcEvent): Row }
  line(row: Row): string
}

export interface Row {
  /** Seconds since the first event. */
  readonly time: string
  readonly kind: string
  readonly pid: number
  readonly info: string
  /** Seconds, or nothing. */
  readonly duration: string
  readonly name: string
}

export type Examples = UconExample & ProcPlayerExample & ProcessEventsExample & ForkstatExample

export async function loadExamples(): Promise<Examples> {
  const folder = examplesFolder()
  const names = ['ucon', 'proc_player', 'process-events', 'forkstat']
  const modules = await Promise.all(names.map((name) => import(new URL(`${name}.mjs`, folder).href)))
  return Object.assign({}, ...modules)
}

/** The built file may lie in dist/cli or among the bundler's chunks: the first folder above it that has the examples. */
function examplesFolder(): URL {
  let folder = new URL('.', import.meta.url)
  for (;;) {
    const examples = new URL('examples/', folder)
    if (existsSync(new URL('ucon.mjs', examples))) return examples
    const above = new URL('..', folder)
    if (above.href === folder.href)
      throw new UsageError('there is no folder examples/: this needs a clone of the repository')
    folder = above
  }
}
