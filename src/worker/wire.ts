// What travels between the two ends: one message for all that was queued in a turn, its bytes in one buffer behind it.
//
// Calls are not numbered on the way: both ends count them from 0. Each batch of the serving end has a stamp that cannot be guessed, and
// whoever sends calls names the newest stamp that he has read. So the serving end knows what is still unread on the way to him, and need
// never believe him.

import type { EndReason, ServeLimits } from './api.js'

/** The number of this protocol; both ends come from one version of the package. */
export const VERSION = 1

/** What arguments and results are made of. */
export type Plain = number | string | boolean | null | readonly Plain[]

/** A call: its name, how many of the batch's bytes are its, its arguments. */
export type WireCall = readonly [op: string, length: number, ...args: Plain[]]

export const STATUS_DONE = 0
/** [errno, syscall] */
export const STATUS_SYSTEM_ERROR = 1
/** [name, message] */
export const STATUS_TYPE_ERROR = 2
/** It was taken back before it was made. */
export const STATUS_ABORTED = 3

/** An answer: to which call, how it ended, how many of the batch's bytes are its, its results. */
export type WireAnswer = readonly [call: number, status: number, length: number, ...values: Plain[]]

/** A message to a callback: its number, how many of the batch's bytes are its, the fields of struct cn_msg and of its sender. */
export type WireMessage = readonly [callback: number, length: number, ...fields: number[]]

/** To the serving end. */
export type ToServer =
  | {
      readonly type: 'calls'
      readonly stamp: number
      readonly calls: readonly WireCall[]
      readonly bytes: ArrayBuffer | null
    }
  | { readonly type: 'alive' }
  /** It holds this lock as long as it lives. */
  | { readonly type: 'lock'; readonly name: string }
  | { readonly type: 'close' }

/** From the serving end. */
export type FromServer =
  | {
      readonly type: 'welcome'
      readonly version: number
      readonly stamp: number
      readonly ids: readonly [pid: number, uid: number, gid: number]
      readonly limits: ServeLimits
    }
  | {
      readonly type: 'answers'
      readonly stamp: number
      readonly answers: readonly WireAnswer[]
      readonly messages: readonly WireMessage[]
      /** How many messages a callback has lost. */
      readonly losses: readonly (readonly [callback: number, lost: number])[]
      readonly bytes: ArrayBuffer | null
    }
  /** The rings of a socket, and the kernel's bell: they come before the answer to the call that asked for them. */
  | {
      readonly type: 'rings'
      readonly socket: number
      readonly memory: SharedArrayBuffer
      readonly bell: SharedArrayBuffer
    }
  | { readonly type: 'alive?' }
  | { readonly type: 'lock'; readonly name: string }
  | { readonly type: 'closed'; readonly reason: EndReason }
