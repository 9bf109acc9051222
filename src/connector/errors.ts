// The errors of a client and of a service, one class for each thing that a caller may want to handle by itself.

import type { CbId, CnMsg } from '../uapi/index.js'
import type { Asker } from './asker.js'
import type { Gap, Loss } from './messages.js'

export const nameOf = (id: CbId) => `${id.idx}:${id.val}`

function describe(loss: Loss | Gap): string {
  if (loss.type === 'gap') {
    const { id, portid, expected, received, missing } = loss
    return `${missing} messages of ${nameOf(id)} from port ${portid} are missing: expected seq ${expected}, received ${received}`
  }
  return `${loss.missing ?? 'an unknown number of'} messages are lost (${loss.reason})`
}

/**
 * Messages are lost. A `for await` over a client ends with it (a new loop goes on with what is queued), and a request whose reply may
 * be among them.
 *
 * @example
 * for (;;) {
 *   try {
 *     for await (const message of client) handle(message)
 *     break
 *   } catch (error) {
 *     if (!(error instanceof LossError)) throw error
 *     resynchronise(error.loss)
 *   }
 * }
 */
export class LossError extends Error {
  override readonly name = 'LossError'
  /** What is known of the loss. */
  readonly loss: Loss | Gap

  constructor(loss: Loss | Gap) {
    super(describe(loss))
    this.loss = loss
  }
}

/**
 * No reply came in time, on the virtual clock. One that comes later is a new message. If the request would reach nobody, the message
 * ends with the reason, as kernel.explain() tells it when the time is over.
 *
 * @example
 * client.request(id, data, { timeout: 100 }).catch((error) => {
 *   if (error instanceof TimeoutError) retry()
 * })
 */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly id: CbId
  readonly seq: number
  /** Milliseconds that the request waited for. */
  readonly timeout: number

  constructor(id: CbId, seq: number, timeout: number, reason = '') {
    super(`no reply of ${nameOf(id)} to seq ${seq} within ${timeout} ms${reason === '' ? '' : `. ${reason}`}`)
    this.id = id
    this.seq = seq
    this.timeout = timeout
  }
}

/**
 * The client is closed: by close(), because its task has exited or its socket was closed, or by an error, which is the `cause`.
 *
 * @example
 * const reply = client.request(id, data)
 * client.close()
 * await reply // throws ClosedError
 */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'

  constructor(cause?: unknown) {
    super('the client is closed', cause === undefined ? undefined : { cause })
  }
}

/**
 * What went wrong with one request. `handler`: the handler threw, or its promise was rejected. `reply`: the answer could not be sent;
 * the asker has closed (ECONNREFUSED), memory was short (ENOMEM), the answer is no Uint8Array or has over 65535 bytes. `limit`: more
 * requests than maxPending were in progress, the handler was not called. `onError`: the option's function threw.
 *
 * @example if (error.phase === 'handler') console.error(error.cause)
 */
export type ServiceErrorPhase = 'handler' | 'reply' | 'limit' | 'onError'

/**
 * A request that a service did not answer as it should have. The asker sees no reply: the protocol has no word for errors; a service
 * that wants to tell them puts them into its data.
 *
 * @example
 * serve(kernel, id, handler, { onError: ({ phase, request, cause }) => console.error(phase, request.seq, cause) })
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly phase: ServiceErrorPhase
  readonly request: CnMsg
  readonly asker: Asker

  constructor(phase: ServiceErrorPhase, request: CnMsg, asker: Asker, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`${nameOf(request.id)}, seq ${request.seq} from port ${asker.portid}: ${phase}: ${reason}`, { cause })
    this.phase = phase
    this.request = request
    this.asker = asker
  }
}
