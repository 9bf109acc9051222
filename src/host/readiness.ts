// Waiting until a socket can be read, in Node's own event loop: no thread is blocked, nothing is asked twice. koffi watches the
// descriptor for us (uv_poll of libuv).

import { EAGAIN } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import type { Koffi, PollHandle } from './koffi.js'

const READABLE = { readable: true }

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds; 0 for ever. */
  readonly timeout: number
}

interface Waiter {
  resolve(): void
  reject(reason: unknown): void
}

export class Readiness {
  readonly #koffi: Koffi
  readonly #fd: number
  readonly #isReady: () => boolean
  readonly #waiters = new Set<Waiter>()
  #handle: PollHandle | undefined

  constructor(koffi: Koffi, fd: number, isReady: () => boolean) {
    this.#koffi = koffi
    this.#fd = fd
    this.#isReady = isReady
  }

  /** Resolves when the socket is ready. Rejects with the signal's reason, with EAGAIN after the timeout, with what close() says. */
  wait({ signal, timeout }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => {
        this.#waiters.delete(waiter)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (this.#waiters.size === 0) this.#unwatch()
        finish()
      }
      const waiter: Waiter = { resolve: () => end(resolve), reject: (reason) => end(() => reject(reason)) }
      const abort = () => waiter.reject(signal?.reason)
      const late = () => waiter.reject(new SystemError(-EAGAIN, 'recvmsg'))
      const timer = timeout > 0 ? setTimeout(late, timeout) : undefined
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiters.add(waiter)
      if (this.#waiters.size === 1) this.#watch()
    })
  }

  /** The descriptor is about to be closed: whoever waits is told, and nobody watches it any more. */
  close(reason: unknown): void {
    this.#unwatch()
    for (const waiter of [...this.#waiters]) waiter.reject(reason)
  }

  #watch(): void {
    this.#handle ??= this.#koffi.node.poll(this.#fd, READABLE, () => this.#event())
  }

  #unwatch(): void {
    this.#handle?.close()
    this.#handle = undefined
  }

  // libuv calls this outside of any turn of JavaScript, after which no promise would go on: the rest is done in a turn of its own.
  // What has happened, and whether it was an error, is left to poll(2).
  #event(): void {
    this.#handle?.stop()
    setImmediate(() => this.#wake())
  }

  #wake(): void {
    this.#unwatch()
    if (this.#waiters.size === 0) return
    if (!this.#isReady()) this.#watch()
    else for (const waiter of [...this.#waiters]) waiter.resolve()
  }
}
