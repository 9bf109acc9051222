// What the page and the worker say to each other.

import type { KernelState, KernelStats, QueuedMessage, SocketState } from '../../src/api.js'
import type { EventBatch } from './event-rows.js'
import type { Knobs } from './knobs.js'

/** Code to run, and all that decides how. */
export interface RunRequest {
  readonly type: 'run'
  /** A module that exports `scene`. */
  readonly code: string
  readonly knobs: Knobs
  /** Where the modules lie that the code may import, by their names. */
  readonly modules: Readonly<Record<string, string>>
  /** A file that the user opened, for the scene. */
  readonly file: Uint8Array | null
}

export type ToWorker =
  | RunRequest
  /** Shows a journal instead of running code. */
  | { readonly type: 'open'; readonly journal: Uint8Array }
  /** The scene may go on up to this step. */
  | { readonly type: 'until'; readonly step: number }
  /** Asks for the machine as it was at a step. */
  | { readonly type: 'look'; readonly step: number }
  | { readonly type: 'export'; readonly ask: number; readonly what: 'journal' | 'pcapng' }

export type FromWorker =
  | { readonly type: 'step'; readonly step: StepRecord; readonly events: EventBatch }
  /** The scene stands at the last step; so does the machine that is shown. */
  | { readonly type: 'stands'; readonly view: MachineView }
  /** The machine as it was at the step that was asked for. */
  | { readonly type: 'view'; readonly view: MachineView }
  /** No further step will come. */
  | { readonly type: 'ended'; readonly failure: Failure | null }
  | { readonly type: 'exported'; readonly ask: number; readonly bytes: Uint8Array }
  /** What was asked for cannot be had. */
  | { readonly type: 'refused'; readonly ask: number | null; readonly why: string }

/** One step of a scene: a moment that can be gone back to. */
export interface StepRecord {
  /** 0 is the machine that has just booted. */
  readonly index: number
  /** What the scene says about it. */
  readonly label: string
  /** Virtual nanoseconds. */
  readonly time: bigint
  /** What was printed since the step before. */
  readonly printed: readonly string[]
  readonly sample: Sample
}

/** What the plots show of a step. */
export interface Sample {
  /** Counted since boot. */
  readonly messages: number
  readonly delivered: number
  readonly dropped: number
  /** Bytes in all receive buffers. */
  readonly queued: number
  /** How full the fullest one is, in percent. */
  readonly fullest: number
  /** Bytes of machine memory in use. */
  readonly memory: number
}

/** What went wrong with the user's code. */
export interface Failure {
  readonly name: string
  readonly message: string
  /** Where in the code, from 1; null if nobody knows. */
  readonly line: number | null
}

/** A queued message without its bytes. */
export type QueuedView = Omit<QueuedMessage, 'data'> & { readonly length: number }

/** A socket; of a long queue only the first messages. */
export type SocketView = Omit<SocketState, 'queue'> & {
  readonly queue: readonly QueuedView[]
  readonly queued: number
}

/** The machine as it is at one step. */
export interface MachineView extends Omit<KernelState, 'sockets'> {
  readonly step: number
  readonly sockets: readonly SocketView[]
  readonly stats: KernelStats
  readonly stateHash: string
  readonly dmesg: readonly string[]
  /** The files of /proc by their paths. */
  readonly proc: Readonly<Record<string, string>>
}
