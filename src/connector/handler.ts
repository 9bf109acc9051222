// What a service is made of: the function that answers, and what serve() and broadcast() may be told.

import type { CnMsg } from '../uapi/index.js'
import type { Asker } from './asker.js'
import type { ServiceError } from './errors.js'

/**
 * What a handler answers with: the data of the reply; undefined for no reply.
 *
 * @example const answer: Answer = new Uint8Array([1])
 */
export type Answer = Uint8Array | undefined

/**
 * Answers a request. `msg` and `asker` are copies, the handler may keep them. What it returns, or its promise gives, is sent to the asker
 * alone: with the request's id and seq, and its ack + 1. `signal` is aborted when the service is closed; then nothing is sent any more.
 *
 * A handler that is not asynchronous answers within the asker's send(). One that throws, or whose promise is rejected, sends nothing:
 * see ServiceError.
 *
 * @example const echo: Handler = ({ data }) => data
 * @example const whoAmI: Handler = (_msg, { portid, creds }) => encoder.encode(`user ${creds.uid}, port ${portid}`)
 */
export type Handler = (msg: CnMsg, asker: Asker, signal: AbortSignal) => Answer | PromiseLike<Answer>

/**
 * What serve() may be told.
 *
 * @example serve(kernel, id, handler, { name: 'thermometer', onError: report })
 */
export interface ServeOptions {
  /** Shown in /proc/net/connector, cut to 31 bytes; by default 'service'. */
  readonly name?: string
  /** Told of every request that failed; an error that it throws is recorded as well. */
  readonly onError?: (error: ServiceError) => void
  /**
   * How many requests may be in progress: their handler's promise is pending, or their reply waits because the asker's socket is full.
   * By default 1024. Requests beyond are not handled: a ServiceError each, of phase 'limit'.
   */
  readonly maxPending?: number
}

/**
 * What broadcast() may be told.
 *
 * @example service.broadcast(data, { group: 7 })
 */
export interface BroadcastOptions {
  /** Another group than that of the service's id. */
  readonly group?: number
}
