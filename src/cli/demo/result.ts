// What a run of the demonstration found out: the document that --json prints, and what the text is made from.

import type { Row } from './examples.js'

/** A message that ucon sent or received. */
export interface Message {
  readonly way: 'sent' | 'received'
  readonly id: string
  readonly seq: number
  readonly ack: number
  readonly len: number
  readonly text: string
  /** What ucon prints. */
  readonly line: string
}

export interface CnTestResult {
  readonly seconds: number
  /** What ucon sent and received while the module was loaded, and when it was unloaded. */
  readonly messages: readonly Message[]
  readonly notices: readonly Message[]
  /** /proc/net/connector, while the module was loaded. */
  readonly procNetConnector: string
  /** The kernel's log, after the module was unloaded. */
  readonly dmesg: readonly string[]
}

export interface CoreDump {
  /** Milliseconds since the listener began. */
  readonly at: number
  readonly pid: number
  readonly parent: number
}

/** What the slow listener sees of its losses: that there was one, then how many it was; `at` as above. */
export type Sight =
  | { readonly at: number; readonly type: 'ENOBUFS' }
  | { readonly at: number; readonly type: 'gap'; readonly cpu: number; readonly missing: number }

export interface ProcessEventsResult {
  /** The recording, or null if the events are those of a simulated workload. */
  readonly file: string | null
  /** Events that were played, and what the module sent beside them. */
  readonly recorded: number
  readonly acknowledgements: number
  /** How long it took to play them, in virtual time. */
  readonly virtualMilliseconds: number
  /** Events of each kind. */
  readonly kinds: Readonly<Record<string, number>>
  /** The first rows of the table, or all. */
  readonly rows: readonly Row[]
  readonly coreDumps: readonly CoreDump[]
  readonly sights: readonly Sight[]
  /** /proc/net/netlink, when all is read. */
  readonly procNetNetlink: string
}

/** The balance of a listener: sent = delivered + dropped. */
export interface Balance {
  readonly name: string
  readonly portid: number
  /** How many messages were sent to it or its group. */
  readonly sent: number
  /** How many it received. */
  readonly delivered: number
  /** How many the kernel dropped, as /proc/net/netlink tells it. */
  readonly dropped: number
  /** How many it missed by its own account, from the sequence numbers, if it keeps one. */
  readonly lost?: number
  /** How often a receive said ENOBUFS. */
  readonly overruns?: number
}

export interface Result {
  readonly seed: number
  readonly cnTest: CnTestResult
  readonly processEvents: ProcessEventsResult
  readonly listeners: readonly Balance[]
  /** The kernel's state at the end: the same for the same seed and options. */
  readonly stateHash: string
  /** Real time of the run. */
  readonly milliseconds: number
}

/** Nothing vanished: what was not delivered was dropped, and who missed it knows how much. */
export const balances = ({ sent, delivered, dropped, lost }: Balance): boolean =>
  sent === delivered + dropped && (lost ?? dropped) === dropped
