// The programs of examples/ are what the demonstration runs. They are loaded as they stand there: they import the package as its
// users do, so nothing of them is bundled.

import { existsSync } from 'node:fs'
import type { Kernel, Module, Task } from '../../index.js'
import type { CbId, CnMsg, ProcEvent } from '../../uapi/index.js'
import { InputError } from '../frame/errors.js'

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
  /** The number that its CPU gave it. */
  readonly seq: number
  readonly cpu: number
  readonly timestamp_ns: bigint
  /** struct proc_event */
  readonly data: Uint8Array
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
  readonly Forkstat: new (nameOf?: (pid: number) => string | undefined) => { row(event: ProcEvent): Row }
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

/** All programs that the demonstration needs. @throws InputError if there is no folder examples/ */
export async function loadExamples(): Promise<Examples> {
  return load('ucon', 'proc_player', 'process-events', 'forkstat')
}

/** The table of process events alone. @throws InputError if there is no folder examples/ */
export async function loadForkstat(): Promise<ForkstatExample> {
  return load('forkstat')
}

async function load<Exports>(...names: string[]): Promise<Exports> {
  const folder = examplesFolder()
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
    if (above.href === folder.href) throw new InputError('the folder examples/ is missing: it belongs to the package')
    folder = above
  }
}
