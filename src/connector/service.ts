// The service: an id of the connector whose requests a function answers, and whose group it can speak to.

import type { CoreKernel, Kernel, NetlinkSkbParms } from '../api.js'
import { type CbId, type CnMsg, EAGAIN, EINVAL, ENODEV, ESRCH, GFP_KERNEL, u16, u32 } from '../uapi/index.js'
import { asBytes, asFunction, asObject, asOptions, signalOf } from '../user/arguments.js'
import { check, SystemError } from '../user/errors.js'
import { Asker } from './asker.js'
import { nameOf, ServiceError, type ServiceErrorPhase } from './errors.js'
import type { Answer, BroadcastOptions, Handler, ServeOptions } from './handler.js'
import { InProgress } from './in-progress.js'
import { keepIn } from './keep.js'
import { asKernel, asServiceSettings } from './settings.js'

const MAX_ERRORS = 64

/**
 * A registered id, made by serve().
 *
 * @example
 * using service = serve(kernel, { idx: 5, val: 1 }, ({ data }) => data)
 * service.broadcast(new Uint8Array([1, 2, 3]))
 */
export class ConnectorService {
  /** The id; both numbers are u32. */
  readonly id: CbId

  readonly #kernel: CoreKernel
  readonly #handler: Handler
  readonly #onError: ServeOptions['onError']
  readonly #progress: InProgress
  readonly #errors: ServiceError[] = []
  #closing = new AbortController()
  #kept: Disposable | undefined
  #errorCount = 0
  #seq = 1

  /** The same as serve(). */
  constructor(kernel: CoreKernel, id: CbId, handler: Handler, options: ServeOptions) {
    this.#kernel = asKernel(kernel)
    const { idx, val } = asObject(id, 'id')
    this.id = Object.freeze({ idx: u32(idx, 'id.idx'), val: u32(val, 'id.val') })
    this.#handler = asFunction(handler, 'handler')
    const { name, onError, maxPending } = asServiceSettings(options)
    this.#onError = onError
    this.#progress = new InProgress(maxPending)
    const result = kernel.cn_add_callback(this.id, name, (msg, nsp) => this.#called(msg, nsp))
    if (result === -EINVAL) throw new SystemError(result, 'cn_add_callback', whyRefused(kernel, this.id))
    check(result, 'cn_add_callback')
    this.#kept = keepIn(kernel, () => this.#keep())
  }

  /** What failed last, the oldest first; at most 64. A handler's error is never thrown at the asker. */
  get errors(): readonly ServiceError[] {
    return this.#errors
  }

  /** How many errors there were in all. */
  get errorCount(): number {
    return this.#errorCount
  }

  /** How many requests are in progress; see ServeOptions.maxPending. */
  get pending(): number {
    return this.#progress.count
  }

  /** Whether close() was called. */
  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  /**
   * Sends a message to the members of the id's group, or of another. It never waits: who has no room loses it, and is told ENOBUFS.
   * Sequence numbers count up from 1, also when nobody has got the message. A client that looks for gaps has to hear all that a service
   * sends: give each group a service of its own.
   *
   * @returns whether at least one member has got it
   * @throws SystemError ENODEV (the service is closed), ENOMEM, ENOBUFS (a member lost it that wants its senders to know:
   *   NETLINK_BROADCAST_ERROR); RangeError for over 65535 bytes, TypeError for no bytes
   * @example if (!service.broadcast(reading)) console.log('nobody listens')
   */
  broadcast(data: Uint8Array, options: BroadcastOptions = {}): boolean {
    if (this.closed) throw new SystemError(-ENODEV, 'cn_netlink_send')
    const { group = 0 } = asOptions(options, 'options', { group: 1 })
    u16(asBytes(data, 'data').length, 'the length of data')
    const to = u32(group, 'group')
    const seq = this.#seq
    this.#seq = (seq + 1) >>> 0
    const result = this.#kernel.cn_netlink_send(
      { id: this.id, seq, ack: this.#kernel.random(), data },
      0,
      to,
      GFP_KERNEL,
    )
    return result !== -ESRCH && check(result, 'cn_netlink_send') >= 0
  }

  /**
   * Resolves when no request is in progress: all handlers have ended, all replies are sent. To end gracefully, await it, then close.
   *
   * @throws the signal's reason
   * @example
   * await service.idle({ signal })
   * service.close()
   */
  idle(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#progress.idle(signalOf(options))
  }

  /**
   * Unregisters the id. Handlers that are still running see their signal, their answers and those that wait for room are not sent.
   * Again: nothing.
   *
   * @example service.close()
   */
  close(): void {
    if (this.closed) return
    try {
      this.#kernel.cn_del_callback(this.id)
    } finally {
      this.#kept?.[Symbol.dispose]()
      this.#closing.abort()
    }
  }

  // What is in progress when time goes back was asked in another time: its answers are not sent.
  #keep(): () => void {
    const seq = this.#seq
    return () => {
      this.#seq = seq
      this.#closing.abort()
      this.#closing = new AbortController()
    }
  }

  /** The same as close(). */
  [Symbol.dispose](): void {
    this.close()
  }

  #called(msg: CnMsg, nsp: NetlinkSkbParms): void {
    const asker = new Asker(this.#kernel, nsp)
    try {
      this.#handle(copyOf(msg), asker)
    } finally {
      asker.leave()
    }
  }

  #handle(msg: CnMsg, asker: Asker): void {
    if (this.#progress.full) {
      this.#failed('limit', msg, asker, new Error(`${this.pending} requests are in progress`))
      return
    }
    const { signal } = this.#closing
    try {
      const answer = this.#handler(msg, asker, signal)
      if (isPromise(answer)) void this.#replyWith(answer, msg, asker, signal)
      else if (answer !== undefined) this.#reply(answer, msg, asker, signal)
    } catch (error) {
      this.#failed('handler', msg, asker, error)
    }
  }

  async #replyWith(promise: PromiseLike<Answer>, msg: CnMsg, asker: Asker, signal: AbortSignal): Promise<void> {
    this.#progress.begin()
    try {
      const answer = await promise
      if (answer !== undefined && !signal.aborted) this.#reply(answer, msg, asker, signal)
    } catch (error) {
      this.#failed('handler', msg, asker, error)
    } finally {
      this.#progress.end()
    }
  }

  /** By the document's rule: connector.txt 104-106. */
  #reply(data: Uint8Array, msg: CnMsg, asker: Asker, signal: AbortSignal): void {
    const reply = { id: msg.id, seq: msg.seq, ack: (msg.ack + 1) >>> 0, data }
    const send = () => this.#kernel.cn_netlink_send(reply, asker.portid, 0, GFP_KERNEL)
    try {
      u16(asBytes(data, 'what the handler gave').length, 'the length of what the handler gave')
      const result = send()
      if (result === -EAGAIN) void this.#replyLater(send, msg, asker, signal)
      else this.#check(result, msg, asker)
    } catch (error) {
      this.#failed('reply', msg, asker, error)
    }
  }

  /** The asker's socket is full. */
  async #replyLater(send: () => number, msg: CnMsg, asker: Asker, signal: AbortSignal): Promise<void> {
    this.#progress.begin()
    try {
      this.#check(await this.#kernel.waiting(send, { signal }), msg, asker)
    } catch (error) {
      if (!signal.aborted) this.#failed('reply', msg, asker, error)
    } finally {
      this.#progress.end()
    }
  }

  #check(result: number, msg: CnMsg, asker: Asker): void {
    if (result < 0) this.#failed('reply', msg, asker, new SystemError(result, 'cn_netlink_send'))
  }

  #failed(phase: ServiceErrorPhase, msg: CnMsg, asker: Asker, cause: unknown): void {
    const error = new ServiceError(phase, msg, asker, cause)
    this.#record(error)
    try {
      this.#onError?.(error)
    } catch (thrown) {
      this.#record(new ServiceError('onError', msg, asker, thrown))
    }
  }

  #record(error: ServiceError): void {
    this.#errorCount++
    this.#errors.push(error)
    if (this.#errors.length > MAX_ERRORS) this.#errors.shift()
  }
}

function whyRefused({ unbound }: CoreKernel & Partial<Pick<Kernel, 'unbound'>>, id: CbId): string {
  const name = nameOf(id)
  const restored = unbound?.some((line) => line.startsWith(`callback ${name} `))
  return `${name} is registered already${restored ? ', by the restored machine: cn_del_callback() makes it free' : ''}`
}

function copyOf({ id, seq, ack, len, flags, data }: CnMsg): CnMsg {
  return { id: { idx: id.idx, val: id.val }, seq, ack, len, flags, data: new Uint8Array(data) }
}

function isPromise(answer: ReturnType<Handler>): answer is PromiseLike<Answer> {
  return typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function'
}
