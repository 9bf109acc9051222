// Connector callbacks that live at this end.

import type { CnCallback, CnMsgInPlace, NetlinkSkbParms } from '../api.js'
import { wordsOf } from '../uapi/typed-arrays.js'
import type { CallbackListener } from './connection.js'

interface Registered {
  readonly callback: CnCallback
  readonly onOverrun: ((lost: number) => void) | undefined
}

export class RemoteCallbacks implements CallbackListener {
  readonly #registered = new Map<number, Registered>()
  readonly #onError: (error: unknown) => void
  #last = 0

  constructor(onError: ((error: unknown) => void) | undefined) {
    this.#onError = onError ?? throwLater
  }

  /** @returns the number by which the serving end knows it: 1, 2, ... */
  add(callback: CnCallback, onOverrun: ((lost: number) => void) | undefined): number {
    this.#registered.set(++this.#last, { callback, onOverrun })
    return this.#last
  }

  delete(number: number): void {
    this.#registered.delete(number)
  }

  message(number: number, fields: readonly number[], data: Uint8Array): void {
    const registered = this.#registered.get(number)
    if (registered === undefined) return
    const [idx, val, seq, ack, flags, portid, dst_group, pid, uid, gid] = fields as Ten
    const copied = { id: { idx, val }, seq, ack, len: data.length, flags, data }
    // As the kernel's own messages have it: not listed, spread or compared.
    const msg = Object.defineProperty(copied, 'words', { get: () => wordsOf(data) }) as CnMsgInPlace
    const nsp: NetlinkSkbParms = { portid, dst_group, creds: { pid, uid, gid } }
    this.#run(() => registered.callback(msg, nsp))
  }

  lost(number: number, count: number): void {
    const onOverrun = this.#registered.get(number)?.onOverrun
    if (onOverrun !== undefined) this.#run(() => onOverrun(count))
  }

  #run(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#onError(error)
    }
  }
}

type Ten = [number, number, number, number, number, number, number, number, number, number]

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
