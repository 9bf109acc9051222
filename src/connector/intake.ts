// What comes in: from the socket to the request or the reader that it belongs to.
//
// The socket's own queue is the queue: datagrams are taken out of it only while somebody waits. A reader that waits takes one. A
// request that waits has to look through all of them, since its reply may be the last: what it finds on the way is set aside for the
// reader, up to maxQueued messages; the rest is dropped, and reported as a Loss. So no request waits for a reader that is slow, or that
// itself waits for a request; nothing grows without bound; and without requests a slow reader overruns its socket as on Linux.

import type { Socket } from '../api.js'
import { isCode } from './codes.js'
import { ClosedError } from './errors.js'
import type { Inbox } from './inbox.js'
import type { ClientMessage, Loss, LossReason } from './messages.js'
import { Receiver, type Sink } from './receiver.js'
import type { PendingRequests } from './requests.js'
import type { GapDetector } from './sequence.js'

/** Where the messages go. */
export interface Outlets {
  readonly requests: PendingRequests
  readonly inbox: Inbox
  readonly gaps: GapDetector
  readonly keepPendingOnLoss: boolean
  /** Called when it closes. */
  readonly closed: () => void
}

export class Intake {
  readonly #socket: Socket
  readonly #receiver: Receiver
  readonly #to: Outlets
  #closed = false
  #draining = false
  #pumping = false
  #hasRoom = true
  /** The overrun after which the socket has not been seen empty yet: until it is, it takes nothing. */
  #overrun: Loss | undefined

  constructor(socket: Socket, outlets: Outlets) {
    this.#socket = socket
    this.#receiver = new Receiver(socket)
    this.#to = outlets
  }

  get closed(): boolean {
    return this.#closed
  }

  tellGroups(): void {
    this.#receiver.tellGroups()
  }

  /** Throws ClosedError if nothing can be sent or received any more. */
  assertOpen(): void {
    if (this.#socket.closed) this.close()
    if (this.#closed) throw new ClosedError()
  }

  /** Somebody waits: brings what is there and, if that was not it, goes on when more comes. */
  start(): void {
    this.drain()
    if (this.#wanted && !this.#pumping) void this.#pump()
  }

  /** Hands on what is there as long as somebody waits for it. */
  drain(): void {
    this.#drain(false)
  }

  /**
   * Empties a socket that overran: before that it would take no reply, and would not tell again that it did not. And who sends
   * afterwards has nothing to do with that loss.
   */
  leaveOverrun(): void {
    if (this.#overrun !== undefined || this.#receiver.overran) this.#drain(true)
  }

  close(cause?: unknown): void {
    if (this.#closed) return
    this.#closed = true
    this.#to.closed()
    const error = new ClosedError(cause)
    this.#to.requests.rejectAll(error)
    this.#to.inbox.close(cause === undefined ? undefined : error)
    if (!this.#socket.closed) this.#socket.close()
  }

  /** Saves what has come in, and where it goes. */
  keep(): () => void {
    const { requests, inbox, gaps } = this.#to
    const kept = [requests.keep(), inbox.keep(), gaps.keep()]
    const overrun = this.#overrun
    return () => {
      this.#closed = false
      this.#overrun = overrun
      for (const restore of kept) restore()
    }
  }

  readonly #message = (message: ClientMessage): void => {
    const { requests, inbox, gaps } = this.#to
    if (requests.settle(message)) return
    if (!this.#hasRoom) {
      inbox.loss({ type: 'loss', reason: 'maxQueued', missing: 1 })
      return
    }
    const gap = gaps.check(message)
    if (gap !== undefined) inbox.gap(gap)
    inbox.message(message)
  }

  readonly #loss = (reason: LossReason): void => {
    const loss: Loss = { type: 'loss', reason }
    this.#to.inbox.loss(loss)
    if (reason !== 'ENOBUFS') return
    this.#overrun = loss
    if (!this.#to.keepPendingOnLoss) this.#to.requests.doubt()
  }

  readonly #sink: Sink = { message: this.#message, loss: this.#loss }

  get #wanted(): boolean {
    return this.#to.requests.size > 0 || this.#to.inbox.wanted
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#wanted) {
        await this.#socket.readable().catch(this.#interrupted)
        this.drain()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#pumping = false
    }
  }

  // Who waits here has a timeout of its own: SO_RCVTIMEO is for those who read from the socket itself. When time goes back who listens
  // listens on, if the socket is there as before.
  readonly #interrupted = (error: unknown): void => {
    if (!isCode(error, 'ECANCELED') && !isCode(error, 'EAGAIN')) throw error
  }

  #drain(all: boolean): void {
    if (this.#draining) return
    this.#draining = true
    try {
      while (!this.#closed && (all || this.#wanted)) {
        this.#hasRoom = this.#to.inbox.hasRoom
        if (!this.#receiver.receive(this.#sink)) {
          this.#emptied()
          break
        }
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#draining = false
    }
  }

  /** Everything that was queued has been seen: a reply that was not among it may be the one that was lost. */
  #emptied(): void {
    if (this.#overrun === undefined) return
    this.#to.requests.rejectDoubtful(this.#overrun)
    this.#overrun = undefined
  }

  /** A socket that was closed (its task has exited) is no error; what the sequence option throws is. */
  #fail(error: unknown): void {
    this.close(isCode(error, 'EBADF') ? undefined : error)
  }
}
