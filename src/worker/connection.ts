// The calling end of a port: what was called in a turn leaves as one message, answers and messages to callbacks come back.

import { ECONNRESET } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import type { EndReason, ServeLimits } from './api.js'
import { ByteReader, joinBytes } from './bytes.js'
import { type Answered, Call, type CallInit, Line } from './line.js'
import { holdLock, watchLock } from './lock.js'
import { closePort, listen, type Port, tellsEnd } from './port.js'
import { fieldsOf } from './reading.js'
import { type FromServer, STATUS_ABORTED, STATUS_DONE, type ToServer, type WireCall } from './wire.js'

export type Welcome = FromServer & { readonly type: 'welcome' }
type Answers = FromServer & { readonly type: 'answers' }

/** A message to a callback, or how many were lost. */
export interface CallbackListener {
  message(callback: number, fields: readonly number[], data: Uint8Array): void
  lost(callback: number, count: number): void
}

/** The rings of a socket as they came. */
export interface SentRings {
  readonly memory: SharedArrayBuffer
  readonly bell: SharedArrayBuffer
}

export interface ConnectionInit {
  readonly port: Port
  readonly welcome: Welcome
  readonly maxQueued: number
  readonly silence: number
  readonly callbacks: CallbackListener
}

/** Calls to take calls back are no part of the line: their answers say nothing. */
type Outgoing = { readonly wire: WireCall; readonly data: Uint8Array | undefined }

export class Connection {
  readonly limits: ServeLimits
  readonly ended: Promise<EndReason>
  /** Resolves when the other end would notice the death of this one. */
  readonly watched: Promise<void>
  /** Milliseconds; see ConnectOptions. */
  readonly silence: number
  readonly #port: Port
  readonly #callbacks: CallbackListener
  readonly #line: Line
  readonly #stopListening: () => void
  #end: ((reason: EndReason) => void) | undefined
  /** The newest stamp read, and the newest one told. */
  #stamp: number
  #told: number
  /** Bytes read since a stamp was told, and whether the serving end must know at once. */
  #untoldBytes = 0
  #mustTell = false
  #sent = 0
  #closedHere = false
  #outgoing: Outgoing[] = []
  #scheduled = false
  readonly #lockWatch = new AbortController()
  /** Calls under way that ask for rings, and the rings that came, by the socket's number. */
  #sharing = 0
  readonly #rings = new Map<number, SentRings>()

  constructor({ port, welcome, maxQueued, silence, callbacks }: ConnectionInit) {
    this.limits = welcome.limits
    this.silence = silence
    this.#port = port
    this.#callbacks = callbacks
    this.#stamp = welcome.stamp
    this.#told = welcome.stamp
    this.#line = new Line(welcome.limits, maxQueued)
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#stopListening = listen(port, {
      message: (data) => this.#receive(data),
      garbled: () => {
        // Memory that this thread may not see; the answer to the call comes all the same.
        if (this.#sharing === 0) this.#finish('protocol')
      },
      gone: () => this.#finish('gone'),
    })
    const held = (name: string) => {
      if (!this.closed) this.#post({ type: 'lock', name })
    }
    this.watched = tellsEnd(port) ? Promise.resolve() : holdLock(this.ended, held)
  }

  get closed(): boolean {
    return this.#end === undefined
  }

  /** Whether it was this end that closed it. */
  get closedHere(): boolean {
    return this.#closedHere
  }

  /** Makes a call. Rejects with SystemError, or with the reason of its signal. */
  call(init: CallInit): Promise<Answered> {
    if (this.closed) return Promise.reject(new SystemError(-ECONNRESET, init.syscall))
    if (init.signal?.aborted) return Promise.reject(init.signal.reason)
    const call = new Call(init, (aborted) => this.#abort(aborted))
    if (this.#line.join(call)) this.#advance()
    return call.promise
  }

  /** Asks for the rings of a socket; undefined if they could not come here. Rejects as call(). */
  async share(socket: number, bytes: number): Promise<SentRings | undefined> {
    this.#sharing++
    try {
      await this.call({ op: 'share', syscall: 'share', args: [socket, bytes] })
    } finally {
      this.#sharing--
    }
    const rings = this.#rings.get(socket)
    this.#rings.delete(socket)
    return rings
  }

  /** Says that this end closes, and is closed. */
  close(): void {
    if (this.closed) return
    this.#closedHere = true
    this.#post({ type: 'close' })
    this.#finish('closed')
  }

  #abort(call: Call): void {
    if (this.#line.leave(call)) call.reject(call.init.signal?.reason)
    else if (call.number !== undefined) {
      // Whatever has become of it, its answer says so.
      this.#send(['abort', 0, call.number], undefined)
    }
  }

  #advance(): void {
    for (let call = this.#line.next(this.#sent); call !== undefined; call = this.#line.next(this.#sent)) {
      this.#send([call.init.op, call.bytes, ...call.init.args], call.init.data)
    }
  }

  #send(wire: WireCall, data: Uint8Array | undefined): void {
    this.#sent++
    this.#outgoing.push({ wire, data })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    if (this.closed) return
    const outgoing = this.#outgoing
    if (outgoing.length === 0 && this.#told === this.#stamp) return
    this.#outgoing = []
    this.#told = this.#stamp
    this.#untoldBytes = 0
    this.#mustTell = false
    const bytes = joinBytes(outgoing.flatMap(({ data }) => (data === undefined ? [] : [data])))
    this.#post({ type: 'calls', stamp: this.#stamp, calls: outgoing.map(({ wire }) => wire), bytes })
  }

  #post(message: ToServer): void {
    const bytes = message.type === 'calls' ? message.bytes : null
    this.#port.postMessage(message, bytes === null ? [] : [bytes])
  }

  // ---- what comes back

  #receive(data: unknown): void {
    if (this.closed) return
    const message = fieldsOf(data) as unknown as FromServer
    if (message.type === 'answers') this.#read(message)
    else if (message.type === 'alive?') this.#post({ type: 'alive' })
    else if (message.type === 'lock') this.#watch(message.name)
    else if (message.type === 'rings') this.#rings.set(message.socket, message)
    else this.#finish(message.type === 'closed' ? message.reason : 'protocol')
  }

  #watch(name: string): void {
    void watchLock(name, this.#lockWatch.signal, () => undefined).then((released) => {
      if (released) this.#finish('gone')
    })
  }

  #read(batch: Answers): void {
    const { answers, messages, losses } = batch
    if (![answers, messages, losses].every(Array.isArray)) {
      this.#finish('protocol')
      return
    }
    const reader = new ByteReader(batch.bytes)
    this.#stamp = batch.stamp
    this.#untoldBytes += reader.left
    for (const [number, status, length, ...values] of answers) {
      this.#answer(number, status, { values, bytes: reader.take(length) ?? new Uint8Array(0) })
    }
    for (const [callback, length, ...fields] of messages) {
      // A copy: it is the callback's to keep, and the others of the batch are not.
      const data = (reader.take(length) ?? new Uint8Array(0)).slice()
      if (!this.closed) this.#callbacks.message(callback, fields, data)
    }
    for (const [callback, count] of losses) if (!this.closed) this.#callbacks.lost(callback, count)
    this.#mustTell ||= messages.length > 0 || losses.length > 0
    this.#advance()
    // What was read is told with the next calls; alone only where the serving end may wait for it.
    if (this.#mustTell || this.#untoldBytes * 2 >= this.limits.bytesInFlight) this.#schedule()
  }

  #answer(number: number, status: number, answered: Answered): void {
    const call = this.#line.answered(number)
    if (call === undefined) return
    const [errno, syscall] = answered.values
    if (status === STATUS_DONE) call.resolve(answered)
    else if (status === STATUS_ABORTED) call.reject(call.init.signal?.reason)
    else call.fail(errno as number, syscall as string)
  }

  #finish(reason: EndReason): void {
    const end = this.#end
    if (end === undefined) return
    this.#end = undefined
    this.#lockWatch.abort()
    this.#stopListening()
    closePort(this.#port)
    for (const call of this.#line.clear()) call.fail(-ECONNRESET)
    end(reason)
  }
}
