// A kernel behind a port.

import type { CnCallback } from '../api.js'
import { completeMessage, idWords } from '../kernel/message.js'
import { type CbId, type CnMsgInit, EMSGSIZE, u16, u32 } from '../uapi/index.js'
import { asFunction, asHook, asOptions, asText } from '../user/arguments.js'
import type { EndReason, RemoteKernel as RemoteKernelInterface, ServeLimits } from './api.js'
import { Connection, type Welcome } from './connection.js'
import type { Port } from './port.js'
import { RemoteCallbacks } from './remote-callbacks.js'
import { RemoteSocket } from './remote-socket.js'
import type { Plain } from './wire.js'

/** The kernel keeps no more of a name than 31 bytes; so long is what the other end reads. */
const LONGEST_NAME = 256

export interface RemoteKernelInit {
  readonly port: Port
  readonly welcome: Welcome
  readonly maxQueued: number
  readonly silence: number
  readonly onError: ((error: unknown) => void) | undefined
}

export class RemoteKernel implements RemoteKernelInterface {
  readonly pid: number
  readonly uid: number
  readonly gid: number
  readonly #connection: Connection
  readonly #callbacks: RemoteCallbacks

  constructor({ port, welcome, maxQueued, silence, onError }: RemoteKernelInit) {
    const [pid, uid, gid] = welcome.ids
    this.pid = pid
    this.uid = uid
    this.gid = gid
    this.#callbacks = new RemoteCallbacks(onError)
    this.#connection = new Connection({ port, welcome, maxQueued, silence, callbacks: this.#callbacks })
  }

  get limits(): ServeLimits {
    return this.#connection.limits
  }

  get closed(): boolean {
    return this.#connection.closed
  }

  get ended(): Promise<EndReason> {
    return this.#connection.ended
  }

  async socket(family: number, type: number, protocol: number): Promise<RemoteSocket> {
    const args = [u32(family, 'family'), u32(type, 'type'), u32(protocol, 'protocol')]
    return new RemoteSocket(this.#connection, await this.#call('socket', args))
  }

  async #call(op: string, args: readonly Plain[], data?: Uint8Array): Promise<number> {
    const { values } = await this.#connection.call({ op, syscall: op, args, data })
    return values[0] as number
  }

  async cn_add_callback(
    id: CbId,
    name: string,
    callback: CnCallback,
    options: { onOverrun?: (lost: number) => void } = {},
  ): Promise<number> {
    const ids = idWords(id)
    const text = asText(name, 'name').slice(0, LONGEST_NAME)
    const { onOverrun } = asOptions(options, 'options', { onOverrun: 1 })
    asHook(onOverrun, 'onOverrun')
    const number = this.#callbacks.add(asFunction(callback, 'callback'), onOverrun)
    const result = await this.#call('cn_add_callback', [number, ...ids, text]).catch((error: unknown) => {
      this.#callbacks.delete(number)
      throw error
    })
    if (result !== 0) this.#callbacks.delete(number)
    return result
  }

  async cn_del_callback(id: CbId): Promise<number> {
    const args = idWords(id)
    const { values } = await this.#connection.call({ op: 'cn_del_callback', syscall: 'cn_del_callback', args })
    const [result, number] = values as [number, number]
    if (result === 0) this.#callbacks.delete(number)
    return result
  }

  cn_netlink_send(msg: CnMsgInit, group: number, gfp_mask: number): Promise<number>
  cn_netlink_send(msg: CnMsgInit, portid: number, group: number, gfp_mask: number): Promise<number>
  async cn_netlink_send(msg: CnMsgInit, ...numbers: number[]): Promise<number> {
    const complete = completeMessage(msg)
    const [portid, group, gfp] = (numbers.length < 3 ? [0, ...numbers] : numbers) as [number, number, number]
    const args = [...wireMessage(complete), ...wireTarget(portid, group, gfp)]
    return this.#sendOf('cn_netlink_send', args, complete.data)
  }

  async cn_netlink_send_mult(
    msg: CnMsgInit,
    len: number,
    portid: number,
    group: number,
    gfp_mask: number,
  ): Promise<number> {
    const complete = completeMessage({ ...msg, len: msg?.len ?? Math.min(msg?.data?.length ?? 0, 0xffff) })
    const args = [...wireMessage(complete), u16(len, 'len'), ...wireTarget(portid, group, gfp_mask)]
    return this.#sendOf('cn_netlink_send_mult', args, complete.data)
  }

  #sendOf(op: string, args: readonly number[], data: Uint8Array): Promise<number> | number {
    return data.length > this.#connection.limits.callBytes ? -EMSGSIZE : this.#call(op, args, data.slice())
  }

  /** See Connection. */
  get watched(): Promise<void> {
    return this.#connection.watched
  }

  close(): void {
    this.#connection.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function wireMessage({ id, seq, ack, len, flags }: Required<CnMsgInit>): readonly number[] {
  return [id.idx, id.val, seq, ack, len, flags]
}

function wireTarget(portid: number, group: number, gfp_mask: number): readonly number[] {
  return [u32(portid, 'portid'), u32(group, 'group'), u32(gfp_mask, 'gfp_mask')]
}
