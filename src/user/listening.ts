// A socket's listener: a function that is handed what comes into the socket's queue.

import type { Failure, MessageView } from '../api.js'
import type { Listener } from '../machine/index.js'
import { asFunction } from './arguments.js'
import { check, SystemError } from './errors.js'
import type { Socket } from './socket.js'

export class Listening implements Listener, Disposable {
  readonly onMessage: (message: MessageView) => void
  readonly #onError: (error: Failure) => void
  readonly #socket: Socket
  readonly #place: number

  /** @throws SystemError EBADF, EBUSY if the socket has a listener, ENOBUFS; TypeError for what is no function */
  constructor(socket: Socket, onMessage: (message: MessageView) => void, onError: (error: Failure) => void) {
    this.onMessage = asFunction(onMessage, 'listener')
    this.#onError = asFunction(onError, 'onError')
    this.#socket = socket
    const { machine, reference } = socket
    this.#place = check(machine.abi.push_on(reference), 'recvmsg')
    machine.pushed.add(this.#place, this)
  }

  fail(error: number): void {
    this.#onError(new SystemError(-error, 'recvmsg'))
  }

  continueDump(): void {
    const { machine, reference } = this.#socket
    if (reference !== 0) machine.abi.dump_continue(reference)
  }

  [Symbol.dispose](): void {
    const { machine, reference } = this.#socket
    if (machine.halted) return
    machine.expectCalls()
    if (machine.pushed.remove(this.#place, this) && reference !== 0) machine.abi.push_off(reference)
  }
}

/** What is done with an error that nobody takes: the call that brought it throws. */
export function raise(error: Error): never {
  throw error
}
