// The serving end of one port: a task, whose calls come from the other end.

import type { Kernel, Socket, Task } from '../api.js'
import { EAGAIN, ECONNRESET, EIO, POLLERR, POLLIN } from '../uapi/index.js'
import { asBoolean, asFunction, asOptions } from '../user/arguments.js'
import { SystemError } from '../user/errors.js'
import { Account } from './account.js'
import type { EndReason, Served as ServedInterface, ServeLimits, ServeOptions } from './api.js'
import { NOTHING, type Result } from './arguments.js'
import { Heartbeat } from './heartbeat.js'
import { resolveServeLimits } from './limits.js'
import { checkLockName, holdLock, watchLock } from './lock.js'
import { Outbox } from './outbox.js'
import { asPort, closePort, listen, type Port, tellsEnd } from './port.js'
import { fieldsOf, type IncomingCall, readCalls } from './reading.js'
import { ServedCallbacks } from './served-callbacks.js'
import { type Made, SOCKET_CALLS } from './served-calls.js'
import { ServedRings } from './served-rings.js'
import { ServedSockets } from './served-sockets.js'
import { Violation } from './violation.js'
import { STATUS_ABORTED, STATUS_DONE, STATUS_SYSTEM_ERROR, VERSION } from './wire.js'

/** The overflow uid of Linux: nobody. */
const NOBODY = 65534
const HEARTBEAT_MS = 30_000
const ANYTHING = POLLIN | POLLERR
/** Calls whose timeout has their own name; the others receive as recvmsg(2) does. */
const RECEIVES: readonly string[] = ['recv', 'read', 'recvfrom']

/** A call that has been read. */
interface ReadCall extends IncomingCall {
  readonly made: Made
}

export class Served implements ServedInterface {
  readonly task: Task
  readonly ended: Promise<EndReason>
  readonly #kernel: Kernel
  readonly #port: Port
  readonly #limits: ServeLimits
  readonly #account: Account
  readonly #outbox: Outbox
  readonly #sockets: ServedSockets
  readonly #rings: ServedRings
  readonly #callbacks: ServedCallbacks
  readonly #heartbeat: Heartbeat
  /** Whether the host wants it whatever else there is. */
  readonly #heartbeatAsked: boolean
  #lockWatch: AbortController | undefined
  readonly #onError: (error: unknown) => void
  readonly #stopListening: () => void
  #calls = 0
  /** Calls that wait for their sockets, by number. */
  readonly #waiting = new Map<number, AbortController>()
  /** Calls that wait until the other end has read more. */
  #delayed: ReadCall[] = []
  #end: ((reason: EndReason) => void) | undefined
  #violation: string | undefined

  constructor(kernel: Kernel, port: Port, options: ServeOptions) {
    const { limits, callbacks, heartbeat, onError, ...who } = asOptions(options, 'options', {
      uid: 1,
      gid: 1,
      caps: 1,
      pid: 1,
      comm: 1,
      netns: 1,
      limits: 1,
      callbacks: 1,
      heartbeat: 1,
      onError: 1,
    })
    const { uid = NOBODY, gid = uid, caps = [], pid, comm = 'remote', netns } = who
    this.#kernel = kernel
    this.#port = asPort(port)
    this.#limits = resolveServeLimits(limits)
    this.#onError = onError === undefined ? reportFailure : asFunction(onError, 'onError')
    const modules = asBoolean(
      callbacks ?? (caps === 'all' || (Array.isArray(caps) && caps.includes('CAP_SYS_MODULE'))),
      'callbacks',
    )
    this.#heartbeatAsked = heartbeat !== undefined
    const silence = checkHeartbeat(heartbeat ?? (tellsEnd(port) ? 0 : HEARTBEAT_MS))
    this.#account = new Account(this.#limits)
    this.#outbox = new Outbox(this.#account, (message, transfer) => this.#port.postMessage(message, transfer))
    const ids = { ...(pid !== undefined && { pid }), ...(netns !== undefined && { netns }) }
    this.task = kernel.spawn({ uid, gid, caps, comm, ...ids })
    this.#sockets = new ServedSockets(this.task, this.#limits)
    this.#rings = new ServedRings({
      kernel,
      limits: this.#limits,
      post: (message) => this.#post(message),
      onError: this.#onError,
      onViolation: (violation) => this.#cutOff(violation),
    })
    this.#callbacks = new ServedCallbacks(kernel, modules, this.#limits, (...message) =>
      this.#outbox.message(...message),
    )
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#heartbeat = new Heartbeat(
      silence,
      () => this.#post({ type: 'alive?' }),
      () => this.#finish('gone'),
    )
    this.#stopListening = listen(this.#port, {
      message: (data) => this.#receive(data),
      garbled: () => this.#cutOff('a message that cannot be read'),
      gone: () => this.#finish('gone'),
    })
    const { stamp } = this.#account
    if (!tellsEnd(this.#port)) {
      void holdLock(this.ended, (name) => {
        if (this.#end !== undefined) this.#post({ type: 'lock', name })
      })
    }
    this.#post({ type: 'welcome', version: VERSION, stamp, ids: [this.task.pid, uid, gid], limits: this.#limits })
  }

  get violation(): string | undefined {
    return this.#violation
  }

  get usage(): ServeLimits {
    return {
      sockets: this.#sockets.count,
      receiveBytes: this.#sockets.receiveBytes,
      memberships: this.#sockets.memberships,
      calls: this.#account.calls,
      callBytes: this.#account.callBytes,
      bytesInFlight: this.#account.answerBytes,
      ringBytes: this.#rings.bytes,
      callbacks: this.#callbacks.count,
      callbackMessages: this.#account.messages,
    }
  }

  close(): void {
    this.#finish('served')
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #post(message: unknown): void {
    this.#port.postMessage(message, [])
  }

  // ---- calls come in

  #receive(data: unknown): void {
    if (this.#end === undefined) return
    this.#heartbeat.heard()
    try {
      this.#read(fieldsOf(data))
    } catch (error) {
      if (error instanceof Violation) this.#cutOff(error.message)
      else this.#onError(error)
    }
  }

  #read(message: Readonly<Record<string, unknown>>): void {
    const { type } = message
    if (type === 'close') this.#finish('closed')
    else if (type === 'alive') {
      if (!this.#heartbeat.answered()) throw new Violation('an answer to no question')
    } else if (type === 'lock') this.#watch(checkLockName(message.name))
    else if (type === 'calls') {
      const calls = readCalls(message, this.#calls, this.#account)
      this.#calls += calls.length
      this.#outbox.confirmed()
      this.#resume()
      for (const call of calls) if (this.#end !== undefined) this.#take(call)
    } else throw new Violation('a message of no kind')
  }

  // With a lock there is nothing to ask any more, unless the host has said how often.
  #watch(name: string): void {
    if (this.#lockWatch !== undefined) throw new Violation('a second lock')
    this.#lockWatch = new AbortController()
    const watched = () => {
      if (!this.#heartbeatAsked) this.#heartbeat.stop()
    }
    void watchLock(name, this.#lockWatch.signal, watched).then((released) => {
      if (released) this.#finish('gone')
    })
  }

  #take(call: IncomingCall): void {
    if (call.op === 'abort') {
      this.#abort(call)
      return
    }
    try {
      const read = { ...call, made: this.#prepare(call) }
      if (this.#delayed.length > 0 || !this.#account.hasRoom) this.#delayed.push(read)
      else this.#make(read)
    } catch (error) {
      this.#fail(call, error)
    }
  }

  /** @throws Violation, SystemError */
  #prepare({ op, args }: IncomingCall): Made {
    const known = SOCKET_CALLS.get(op)
    if (known !== undefined) return known(args, { sockets: this.#sockets, rings: this.#rings, limits: this.#limits })
    if (op === 'socket') {
      const [family, type, protocol] = [args.integer(), args.integer(), args.integer()]
      args.end()
      return { wait: false, make: () => ({ values: [this.#sockets.open(family, type, protocol)] }) }
    }
    const make = this.#callbacks.calls.get(op)?.(args)
    if (make === undefined) throw new Violation('a call that nobody knows')
    args.end()
    return { wait: false, make }
  }

  // Those that waited for the other end to read.
  #resume(): void {
    while (this.#delayed.length > 0 && this.#account.hasRoom) {
      const call = this.#delayed.shift() as ReadCall
      try {
        this.#make(call)
      } catch (error) {
        this.#fail(call, error)
      }
    }
  }

  // ---- calls are made

  #make(call: ReadCall): void {
    const { made } = call
    try {
      this.#answer(call, made.make())
    } catch (error) {
      if (!made.wait || !isAgain(error)) throw error
      call.args.keep()
      void this.#wait(call)
    }
  }

  async #wait(call: ReadCall): Promise<void> {
    const controller = new AbortController()
    const { signal } = controller
    this.#waiting.set(call.number, controller)
    try {
      const { reads, make } = call.made
      const result =
        reads === undefined
          ? await this.#kernel.waiting(make, { signal })
          : await this.#receiveWhenReadable(call, reads, signal)
      if (result !== undefined) this.#answer(call, result)
    } catch (error) {
      // An error of the call itself has been taken from the socket: it must not get lost because somebody gave up at that moment.
      if (signal.aborted && error === signal.reason) this.#reply(call, STATUS_ABORTED, NOTHING)
      else this.#fail(call, error)
    } finally {
      if (this.#waiting.get(call.number) === controller) this.#waiting.delete(call.number)
    }
  }

  /** What a call gives that waits for its socket; undefined if it has to wait for the other end to read, or that has gone. */
  async #receiveWhenReadable(call: ReadCall, socket: Socket, signal: AbortSignal): Promise<Result | undefined> {
    for (;;) {
      await socket.readable({ signal }).catch((error: unknown) => {
        throw isAgain(error) ? new SystemError(-EAGAIN, RECEIVES.includes(call.op) ? call.op : 'recvmsg') : error
      })
      if (this.#end === undefined) return undefined
      if (!this.#account.hasRoom) {
        this.#delayed.push(call)
        return undefined
      }
      try {
        return call.made.make()
      } catch (error) {
        // Another call has taken what there was. If there is something, it is nothing that this call will ever see.
        if (!isAgain(error) || socket.poll(ANYTHING) !== 0) throw error
      }
    }
  }

  // A call that came before, by its number. It may have been answered already: then there is nothing to take back.
  #abort(call: IncomingCall): void {
    const number = call.args.count()
    call.args.end()
    this.#waiting.get(number)?.abort()
    const index = this.#delayed.findIndex((delayed) => delayed.number === number)
    if (index >= 0) this.#reply(this.#delayed.splice(index, 1)[0] as ReadCall, STATUS_ABORTED, NOTHING)
    this.#answer(call, NOTHING)
  }

  // ---- answers

  #answer(call: IncomingCall, result: Result): void {
    this.#reply(call, STATUS_DONE, result)
  }

  #reply({ number, bytes: callBytes }: IncomingCall, status: number, { values, bytes = [] }: Result): void {
    if (this.#end !== undefined) this.#outbox.answer({ call: number, callBytes, status, values, bytes })
  }

  // What is no error of the system was thrown by a function of this side: its own affair, of which the other end learns nothing.
  #fail(call: IncomingCall, error: unknown): void {
    if (error instanceof Violation) throw error
    if (this.#end === undefined) return
    if (!(error instanceof SystemError)) this.#onError(error)
    const { errno, syscall } = error instanceof SystemError ? error : new SystemError(-EIO, call.op)
    this.#reply(call, STATUS_SYSTEM_ERROR, { values: [errno, syscall] })
  }

  // ---- the end

  #cutOff(violation: string): void {
    if (this.#end !== undefined) this.#violation = violation
    this.#finish('protocol')
  }

  #finish(reason: EndReason): void {
    const end = this.#end
    if (end === undefined) return
    this.#end = undefined
    this.#heartbeat.stop()
    this.#lockWatch?.abort()
    this.#stopListening()
    this.#outbox.close()
    for (const controller of this.#waiting.values()) controller.abort()
    this.#delayed = []
    // What its program had sent before it ended is sent.
    this.#rings.endAll(ECONNRESET, reason === 'served' || reason === 'protocol')
    this.#release()
    // One that was thought to be gone may come back.
    if (reason !== 'closed') this.#post({ type: 'closed', reason })
    closePort(this.#port)
    end(reason)
  }

  // The kernel may call functions of this side on the way, and may have been halted.
  #release(): void {
    this.#callbacks.clear(this.#onError)
    try {
      if (this.task.alive) this.task.exit()
    } catch (error) {
      this.#onError(error)
    }
  }
}

function isAgain(error: unknown): boolean {
  return error instanceof SystemError && error.errno === -EAGAIN
}

function checkHeartbeat(interval: number): number {
  if (typeof interval !== 'number') throw new TypeError('heartbeat must be a number')
  if (!(interval >= 0 && interval < 2 ** 31))
    throw new RangeError('heartbeat must be milliseconds from 0 to 2147483647')
  return interval
}

// A worker that dies of the error of one callback would take everybody's sockets along.
function reportFailure(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void }
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}
