// What the functions of a client may be told.

import type { SequenceOption } from './sequence.js'

/**
 * What connect() may be told.
 *
 * @example connect(kernel, task, { groups: [5, 7], sequence: 'per-id', losses: 'values' })
 */
export interface ConnectOptions {
  /** Groups to join at once; see ConnectorClient.subscribe(). */
  readonly groups?: readonly number[]
  /** The port to bind to; by default the kernel picks one: the process id, or if that is taken one at random. */
  readonly portid?: number
  /** How a loop learns of losses: a thrown LossError ends it (the default), or Loss and Gap are values of it. */
  readonly losses?: 'errors' | 'values'
  /** Where gaps in sequence numbers are looked for; by default nowhere, because not every sender counts. */
  readonly sequence?: SequenceOption
  /**
   * How many messages are set aside for the reader while requests look for their replies; 1 or more, by default 256, as many small
   * messages as a socket holds. The messages of one datagram stay together.
   */
  readonly maxQueued?: number
  /** Whether requests go on to wait when the socket overran, though their reply may be lost; by default they are rejected. */
  readonly keepPendingOnLoss?: boolean
  /** The number of the first message, 1 by default. Numbers wrap from 4294967295 to 0. */
  readonly firstSequence?: number
}

/**
 * What request() may be told.
 *
 * @example await client.request(id, data, { timeout: 1000, signal })
 */
export interface RequestOptions {
  /** Milliseconds of virtual time after which it is rejected; by default it waits for ever. */
  readonly timeout?: number
  /** Gives the request up. What was sent stays sent; a reply that comes later is a new message. */
  readonly signal?: AbortSignal
  /** The port of another socket, whose owner is asked instead of the kernel. */
  readonly portid?: number
}

/**
 * What send() may be told: where to. Without both: to the kernel, that is to the callback that is registered with the id.
 *
 * @example client.send(id, data, { group: 5 }) // to the members of group 5, and to the kernel
 */
export interface SendOptions {
  /** The port of another socket; 0, the default, is the kernel. */
  readonly portid?: number
  /** A group, 1 to 32. */
  readonly group?: number
}

/**
 * What messages() may be told.
 *
 * @example for await (const message of client.messages({ signal: AbortSignal.any([stop, done]) })) handle(message)
 */
export interface MessagesOptions {
  /** Ends the loop with the signal's reason. */
  readonly signal?: AbortSignal
}
