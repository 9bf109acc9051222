// The client: a task's end of the connector, over one socket.

import type { CoreKernel, Socket, Task } from '../api.js'
import {
  AF_NETLINK,
  type CbId,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_DROP_MEMBERSHIP,
  SOCK_DGRAM,
  SOL_NETLINK,
  u32,
} from '../uapi/index.js'
import { asNumber, asObject, asOptions, asSignal, signalOf } from '../user/arguments.js'
import { Task as MachineTask } from '../user/task.js'
import { isCode } from './codes.js'
import { DeadlineTimer } from './deadline-timer.js'
import { Inbox } from './inbox.js'
import { Intake } from './intake.js'
import { keepIn } from './keep.js'
import type { ClientMessage, MessageOrLoss } from './messages.js'
import type { ConnectOptions, MessagesOptions, RequestOptions, SendOptions } from './options.js'
import { Reader } from './reader.js'
import { type Outcome, type PendingRequest, PendingRequests } from './requests.js'
import { GapDetector } from './sequence.js'
import { asClientSettings, asKernel } from './settings.js'
import { checkOutgoing, type Destination, type Outgoing, transmit, unreached } from './transmit.js'

const NO_DATA = /* @__PURE__ */ new Uint8Array(0)

/**
 * A task's end of the connector, made by connect(). A message is a reply if it has a request's seq and its ack + 1; it goes to that
 * request. Everything else is a new message, for `for await`. Several loops at once share the messages, each goes to one of them.
 *
 * Messages wait in the socket until somebody asks for them: a loop takes one at a time, so a slow reader overruns its socket as on
 * Linux, and learns of it. A request has to look behind what is queued; it sets up to maxQueued messages aside for the reader, and drops
 * what comes beyond, which the reader learns, too. Who reads slowly from busy groups and makes requests should do so with two clients:
 * then the one does not touch the other.
 *
 * @example
 * using client = connect(kernel, task, { groups: [5] })
 * const { data } = await client.request({ idx: 5, val: 1 }, question, { timeout: 100 })
 * for await (const message of client) handle(message)
 */
export class ConnectorClient<T extends MessageOrLoss = ClientMessage> implements AsyncIterable<T> {
  /** The socket, bound, for what the client does not offer: options, filters. What is read from it the client does not see. */
  readonly socket: Socket
  /** The port that it is bound to. */
  readonly portid: number

  readonly #kernel: CoreKernel
  readonly #requests: PendingRequests
  readonly #deadlines: DeadlineTimer
  readonly #inbox: Inbox
  readonly #intake: Intake
  /** How often each group is subscribed to. */
  readonly #groups = new Map<number, number>()

  /** Use connect(): it knows what T is. */
  constructor(kernel: CoreKernel, task: Task, options: ConnectOptions) {
    this.#kernel = asKernel(kernel)
    if (typeof task?.socket !== 'function') throw new TypeError('task must be a task: kernel.spawn() makes one')
    // A task of the host has a kernel of its own.
    if (task instanceof MachineTask) kernel.sockets(task)
    const { losses, sequence, groups, portid, maxQueued, keepPendingOnLoss, firstSequence } = asClientSettings(options)
    this.#requests = new PendingRequests(firstSequence, () => this.#deadlines.cancel())
    this.#deadlines = new DeadlineTimer(kernel, () => this.#expire())
    this.#inbox = new Inbox({
      maxQueued,
      losses,
      fetch: () => this.#intake.drain(),
      await: () => this.#intake.start(),
    })
    this.socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    const outlets = { requests: this.#requests, inbox: this.#inbox, gaps: new GapDetector(sequence) }
    const kept = keepIn(kernel, () => this.#keep())
    this.#intake = new Intake(this.socket, { ...outlets, keepPendingOnLoss, closed: () => kept?.[Symbol.dispose]() })
    try {
      this.socket.bind({ nl_pid: portid })
      for (const group of groups) this.subscribe(group)
    } catch (error) {
      this.close()
      throw error
    }
    this.portid = this.socket.getsockname().nl_pid
  }

  /** Whether close() was called, or the client has met that its socket is closed. */
  get closed(): boolean {
    return this.#intake.closed
  }

  /**
   * Sends a message and waits for its reply: the message with the same seq and ack + 1. There is none if nobody has registered the id,
   * or if its owner does not answer: give a timeout, or a signal.
   *
   * If the socket overruns while it waits, and the reply is not in what was queued, it may be lost: the request is rejected (unless
   * keepPendingOnLoss), and it is not known whether it was carried out.
   *
   * @param id whom to ask: the id that a callback is registered with
   * @param data what to ask; at most 16364 bytes to the kernel: the connector would drop more without a word
   * @returns the reply, a copy. The promise rejects with TimeoutError, LossError, ClosedError, the signal's reason; RangeError for too
   *   many data, TypeError or RangeError for other arguments; SystemError if the message could not be sent (to another port:
   *   ECONNREFUSED, EPERM, EAGAIN) or there is no timer (ENOMEM); and with what a callback threw while the message was sent
   * @example
   * const { data } = await client.request({ idx: 5, val: 1 }, question, { timeout: 100 })
   */
  request(id: CbId, data: Uint8Array = NO_DATA, options: RequestOptions = {}): Promise<ClientMessage> {
    return new Promise((resolve, reject) => this.#request(id, data, options, resolve, reject))
  }

  /**
   * Sends a message that nobody is expected to answer. Should somebody do: that is a new message.
   *
   * @returns its sequence number
   * @throws ClosedError; RangeError and TypeError as request(); SystemError: ECONNREFUSED (nobody has that port, or nobody but the
   *   group got it), EPERM (portid and group need CAP_NET_ADMIN), EAGAIN (that port's socket is full; no number is used up then, so
   *   `kernel.waiting(() => client.send(...))` leaves no gap), ENOBUFS; and what a callback threw while it was sent
   * @example client.send({ idx: CN_IDX_PROC, val: CN_VAL_PROC }, encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN }))
   */
  send(id: CbId, data: Uint8Array = NO_DATA, options: SendOptions = {}): number {
    this.#intake.assertOpen()
    const { portid = 0, group = 0 } = asOptions(options, 'options', { portid: 1, group: 1 })
    const to = { portid, group }
    checkOutgoing(id, data, to)
    const seq = this.#requests.nextSeq
    this.#transmit({ id, seq, ack: this.#kernel.random(), data }, to)
    return seq
  }

  /**
   * Answers a message of another program, by the document's rule: the same id and seq, ack + 1, to its port alone.
   *
   * @throws ClosedError, RangeError, TypeError and SystemError as send()
   * @example for await (const question of client) client.reply(question, answer(question))
   */
  reply(message: ClientMessage, data: Uint8Array = NO_DATA): void {
    this.#intake.assertOpen()
    const { id, seq, ack, portid } = asObject(message, 'message')
    const to = { portid, group: 0 }
    checkOutgoing(id, data, to)
    transmit(this.socket, { id, seq, ack: (ack + 1) >>> 0, data }, to)
  }

  /**
   * Joins a group. A group that was joined twice is left when both are taken back.
   *
   * @param group its number, which for a callback is the idx of its id
   * @returns takes it back when it is disposed of
   * @throws ClosedError; TypeError, RangeError; SystemError EPERM (an even group without CAP_NET_ADMIN), EINVAL (no such group)
   * @example
   * using subscription = client.subscribe(5)
   */
  subscribe(group: number): Disposable {
    this.#intake.assertOpen()
    const number = u32(group, 'group')
    // An address has no bit for them.
    if (number > 32) this.#intake.tellGroups()
    this.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number)
    this.#groups.set(number, (this.#groups.get(number) ?? 0) + 1)
    let joined = true
    const leave = () => {
      if (joined) this.#unsubscribe(number)
      joined = false
    }
    return { [Symbol.dispose]: leave }
  }

  /**
   * The messages that are no replies. With losses as errors a LossError ends the loop; a new one goes on with what is queued. The loop
   * ends when the client is closed. Whoever has waited longest gets the next message.
   *
   * @throws (from next()) LossError, the signal's reason, ClosedError if an error has closed the client
   * @example for await (const message of client.messages({ signal })) handle(message)
   */
  messages(options: MessagesOptions = {}): AsyncIterableIterator<T, undefined> {
    const reader: AsyncIterableIterator<MessageOrLoss, undefined> = new Reader(this.#inbox, signalOf(options))
    // connect() has chosen T and what the inbox gives by the same option.
    return reader as AsyncIterableIterator<T, undefined>
  }

  /** The same as messages(), without a signal. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.messages()
  }

  /**
   * Closes the socket. Requests that wait are rejected with ClosedError, loops end, what nobody has read is dropped. Again: nothing.
   *
   * @example client.close()
   */
  close(): void {
    this.#intake.close()
  }

  /** The same as close(). */
  [Symbol.dispose](): void {
    this.close()
  }

  /** The same as close(). */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  #request(
    id: CbId,
    data: Uint8Array,
    options: RequestOptions,
    resolve: Outcome['resolve'],
    reject: Outcome['reject'],
  ): void {
    this.#intake.assertOpen()
    const { timeout = Number.POSITIVE_INFINITY, portid = 0 } = asOptions(options, 'options', {
      timeout: 1,
      signal: 1,
      portid: 1,
    })
    const signal = asSignal(options.signal)
    signal?.throwIfAborted()
    if (!(asNumber(timeout, 'timeout') >= 0)) throw new RangeError(`timeout must be 0 or more, not ${timeout}`)
    this.#intake.leaveOverrun()
    const to = { portid, group: 0 }
    checkOutgoing(id, data, to)
    const seq = this.#requests.nextSeq
    const ack = this.#kernel.random()
    const deadline = this.#deadlines.jiffyIn(timeout)
    this.#deadlines.arm(deadline)
    const abort = () => this.#requests.reject(request, signal?.reason)
    const end = () => signal?.removeEventListener('abort', abort)
    const outcome = { resolve, reject, end }
    const reason = () => unreached(this.#kernel, this.socket, { id, seq, ack, data }, to)
    const request: PendingRequest = { id, seq, ack, timeout, deadline, outcome, reason, doubtful: false }
    signal?.addEventListener('abort', abort)
    this.#requests.add(request)
    try {
      this.#transmit({ id, seq, ack, data }, to)
    } catch (error) {
      this.#requests.reject(request, error)
    }
    this.#intake.start()
  }

  /** Callbacks run in here: they may answer, send, and close the client. */
  #transmit(msg: Outgoing, to: Destination): void {
    this.#requests.useSeq(msg.seq)
    try {
      transmit(this.socket, msg, to)
    } catch (error) {
      // To a group it may have been sent all the same.
      if (to.portid !== 0 && to.group === 0 && isCode(error, 'EAGAIN')) this.#requests.giveBackSeq(msg.seq)
      throw error
    }
  }

  /** A reply that has come in time counts, even if nobody has had the time to look for it. */
  #expire(): void {
    this.#intake.drain()
    const next = this.#requests.expire(this.#kernel.jiffies)
    try {
      this.#deadlines.arm(next)
    } catch (error) {
      this.#requests.rejectTimed(error)
    }
  }

  #keep(): () => void {
    const groups = [...this.#groups]
    const intake = this.#intake.keep()
    return () => {
      this.#groups.clear()
      for (const [group, times] of groups) this.#groups.set(group, times)
      intake()
    }
  }

  #unsubscribe(group: number): void {
    const times = (this.#groups.get(group) ?? 0) - 1
    if (times > 0) this.#groups.set(group, times)
    else this.#groups.delete(group)
    if (times === 0 && !this.socket.closed) this.socket.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group)
  }
}
