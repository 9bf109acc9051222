// Bad luck to order.

import type { CbId } from '../uapi/index.js'
import type { Removable } from './tap.js'
import type { Socket } from './user.js'

/** A message as a fault rule sees it. `data` is a view, valid until the predicate returns. */
export interface FaultMessage {
  readonly protocol: number
  /** The sender's port, 0 for the kernel. */
  readonly portid: number
  /** The group it was sent to, 0 for none. */
  readonly group: number
  /** Where it is about to go: a receiver's port, 0 for the kernel, null before anybody is chosen (the action "fail"). */
  readonly to: number | null
  /** The connector's id; null for other protocols, and for what is too short to have one. */
  readonly id: CbId | null
  readonly data: Uint8Array
}

/** What a message must have; every field that is given must agree. */
export interface FaultMatch {
  readonly protocol?: number
  readonly portid?: number
  readonly group?: number
  readonly to?: number
  readonly id?: Partial<CbId>
}

export type FaultAction =
  /** Rules behind this one are not asked. */
  | 'pass'
  /**
   * Lost at that receiver, as if its buffer were full. Only where Linux could lose it: a multicast, a unicast of a kernel that must not
   * wait, or a queued callback; anything else passes.
   */
  | 'drop'
  /**
   * Comes to that receiver `ms` of virtual time later, even if it has left the group by then; the sender is told that it was taken.
   * Without a timer left (limits.timers) it comes at once.
   */
  | 'delay'
  /** The allocation of the message fails: ENOBUFS for a task, -ENOMEM for the kernel. Nobody gets it. */
  | 'fail'

export interface FaultRuleInit {
  readonly action: FaultAction
  /** Which messages; all by default. A function must be quick and must not call the kernel. */
  readonly when?: FaultMatch | ((message: FaultMessage) => boolean)
  /** Virtual milliseconds, for "delay". */
  readonly ms?: number
  /** Lets so many matching messages pass first. */
  readonly skip?: number
  /** Acts so often at most; without end by default. */
  readonly times?: number
  /** Acts with this probability, 0 to 1, drawn from the machine's generator of faults. */
  readonly probability?: number
  /** Acts only while this says true: a guard over anything outside. */
  readonly guard?: () => boolean
}

export interface FaultRule extends Removable {
  /** How often it acted. */
  readonly hits: number
}

/** Linux's knobs of allocation failures (fault-injection: failslab). */
export interface Failslab {
  /** In percent; 0 turns it off. */
  readonly probability: number
  /** Only every so manyth allocation that could fail does. */
  readonly interval: number
  /** How many fail at most; -1: without end. */
  readonly times: number
  /** Bytes that are given before any failure. */
  readonly space: number
}

export interface Faults {
  /** Adds a rule behind the others. The first rule that matches and acts decides. */
  add(rule: FaultRuleInit): FaultRule
  /** Takes all rules away, and turns failslab off. */
  clear(): void
  /** Sets the knobs; those that are left out are as at boot: probability 0, interval 1, times 1, space 0. */
  failslab(knobs: Partial<Failslab>): void
  /** How many allocations failed because of failslab. */
  readonly failed: number
  /** How many allocations failslab was asked about since its knobs were set; it is asked while its probability is above 0. */
  readonly allocations: number
  /** A socket overruns now, as if a message to it had been lost. */
  overrun(socket: Socket): void
}
