// onMessage() for a socket of another kernel, which tells nobody that a message came: it is waited for.

import type { Failure, MessageView, Socket } from '../api.js'
import { EAGAIN, EBADF, EBUSY } from '../uapi/index.js'
import { asFunction } from './arguments.js'
import { SystemError } from './errors.js'
import { raise } from './listening.js'

/** The sockets that have a listener. */
const listening = new WeakSet<object>()

type Waited = Pick<Socket, 'closed' | 'peek' | 'release' | 'readable'>

export class WaitingListener implements Disposable {
  readonly #socket: Waited
  readonly #onMessage: (message: MessageView) => void
  readonly #onError: (error: Failure) => void
  readonly #end = new AbortController()

  /**
   * What the functions throw nobody catches: the process ends with it as with any error in an event. Where it does not the next message
   * is handed over as ever.
   *
   * @throws SystemError EBADF, EBUSY if the socket has a listener; TypeError for what is no function
   */
  constructor(socket: Waited, onMessage: (message: MessageView) => void, onError: (error: Failure) => void = raise) {
    this.#socket = socket
    if (socket.closed) throw new SystemError(-EBADF, 'recvmsg')
    this.#onMessage = asFunction(onMessage, 'listener')
    this.#onError = asFunction(onError, 'onError')
    if (listening.has(socket)) throw new SystemError(-EBUSY, 'recvmsg')
    listening.add(socket)
    void this.#run()
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#socket.readable({ signal: this.#end.signal })
      } catch (error) {
        // The wait was ended, or nothing came in the time of SO_RCVTIMEO.
        if (this.#isOver || isErrno(error, EAGAIN)) continue
        this[Symbol.dispose]()
        if (isErrno(error, EBADF)) return
        throw error
      }
      try {
        this.#handOver()
      } catch (error) {
        void Promise.reject(error)
      }
    }
  }

  #handOver(): void {
    while (!this.#isOver) {
      const message = this.#next()
      if (message === null) return
      this.#onMessage(message)
    }
  }

  // The message is the listener's own copy, and is taken before it runs.
  #next(): MessageView | null {
    while (!this.#isOver) {
      try {
        const message = this.#socket.peek()
        if (message !== null) this.#socket.release()
        return message
      } catch (error) {
        if (!(error instanceof SystemError)) throw error
        this.#onError(error)
      }
    }
    return null
  }

  get #isOver(): boolean {
    return this.#end.signal.aborted || this.#socket.closed
  }

  [Symbol.dispose](): void {
    if (this.#end.signal.aborted) return
    this.#end.abort()
    listening.delete(this.#socket)
  }
}

function isErrno(error: unknown, errno: number): boolean {
  return error instanceof SystemError && error.errno === -errno
}
