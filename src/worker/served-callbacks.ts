// The part of a kernel module that the other end may have: connector callbacks, whose messages travel there, and sends of the kernel.

import type { Kernel, NetlinkSkbParms } from '../api.js'
import { type CbId, type CnMsg, type CnMsgInit, EMSGSIZE, ENOENT, ENOMEM, EPERM } from '../uapi/index.js'
import type { ServeLimits } from './api.js'
import type { Arguments, Result } from './arguments.js'
import { Violation } from './violation.js'

/** Longer names are cut by the kernel anyway. */
const LONGEST_NAME = 256

/** A message for a callback of the other end: its fields in the order of the wire, and a copy of its data. */
export type Deliver = (callback: number, fields: readonly number[], data: Uint8Array) => void

interface Registered {
  readonly id: CbId
  readonly number: number
}

/** Which connection of a kernel has registered an id last: the host may have deleted it, and another connection taken it since. */
const registrars = new WeakMap<Kernel, Map<string, ServedCallbacks>>()

export class ServedCallbacks {
  readonly #kernel: Kernel
  readonly #allowed: boolean
  readonly #limits: ServeLimits
  readonly #deliver: Deliver
  readonly #byId = new Map<string, Registered>()
  #last = 0

  constructor(kernel: Kernel, allowed: boolean, limits: ServeLimits, deliver: Deliver) {
    this.#kernel = kernel
    this.#allowed = allowed
    this.#limits = limits
    this.#deliver = deliver
  }

  get count(): number {
    return this.#byId.size
  }

  /** The calls, by name. @throws Violation from reading them */
  readonly calls: ReadonlyMap<string, (args: Arguments) => () => Result> = new Map(
    Object.entries({
      cn_add_callback: (args: Arguments) => {
        const [number, id, name] = [args.count(), idOf(args), args.text(LONGEST_NAME)]
        // None is used twice. One whose call had no place in line is left out.
        if (number <= this.#last) throw new Violation('a callback with a number of before')
        this.#last = number
        return () => ({ values: [this.#add(number, id, name)] })
      },
      cn_del_callback: (args: Arguments) => {
        const id = idOf(args)
        return () => this.#delete(id)
      },
      cn_netlink_send: (args: Arguments) => {
        const msg = messageOf(args)
        const [portid, group, gfp_mask] = [args.integer(), args.integer(), args.integer()]
        return () => this.#send(msg, () => this.#kernel.cn_netlink_send(msg, portid, group, gfp_mask))
      },
      cn_netlink_send_mult: (args: Arguments) => {
        const msg = messageOf(args)
        const [len, portid, group, gfp_mask] = [args.short(), args.integer(), args.integer(), args.integer()]
        return () => this.#send(msg, () => this.#kernel.cn_netlink_send_mult(msg, len, portid, group, gfp_mask))
      },
    }),
  )

  #send({ data }: CnMsgInit, send: () => number): Result {
    if (!this.#allowed) return { values: [-EPERM] }
    return { values: [(data?.length ?? 0) > this.#limits.callBytes ? -EMSGSIZE : send()] }
  }

  #add(number: number, id: CbId, name: string): number {
    if (!this.#allowed) return -EPERM
    if (this.count >= this.#limits.callbacks) return -ENOMEM
    const callback = (msg: CnMsg, nsp: NetlinkSkbParms) => {
      this.#deliver(number, fieldsOf(msg, nsp), msg.data.slice())
    }
    const result = this.#kernel.cn_add_callback(id, name, callback)
    if (result === 0) {
      this.#byId.set(keyOf(id), { id, number })
      this.#registrars.set(keyOf(id), this)
    }
    return result
  }

  get #registrars(): Map<string, ServedCallbacks> {
    const known = registrars.get(this.#kernel) ?? new Map<string, ServedCallbacks>()
    registrars.set(this.#kernel, known)
    return known
  }

  /** Unregisters an id, unless it is another connection's by now; whether it was. */
  #unregister(id: CbId): boolean {
    if (this.#registrars.get(keyOf(id)) !== this) return false
    this.#registrars.delete(keyOf(id))
    this.#kernel.cn_del_callback(id)
    return true
  }

  /** 0 and the callback's number, or -errno. */
  #delete(id: CbId): Result {
    const registered = this.#byId.get(keyOf(id))
    if (!this.#allowed || registered === undefined) return { values: [this.#allowed ? -ENOENT : -EPERM, 0] }
    this.#byId.delete(keyOf(id))
    return { values: [this.#unregister(id) ? 0 : -ENOENT, registered.number] }
  }

  /** Unregisters everything; `failed` is told what functions of the host threw on the way. */
  clear(failed: (error: unknown) => void): void {
    for (const { id } of this.#byId.values()) {
      try {
        this.#unregister(id)
      } catch (error) {
        failed(error)
      }
    }
    this.#byId.clear()
  }
}

function keyOf({ idx, val }: CbId): string {
  return `${idx}:${val}`
}

function idOf(args: Arguments): CbId {
  return { idx: args.integer() >>> 0, val: args.integer() >>> 0 }
}

function messageOf(args: Arguments): CnMsgInit {
  const id = idOf(args)
  const [seq, ack, len, flags] = [args.integer(), args.integer(), args.short(), args.short()]
  return { id, seq, ack, len, flags, data: args.data }
}

function fieldsOf(msg: CnMsg, { portid, dst_group, creds }: NetlinkSkbParms): number[] {
  const { id, seq, ack, flags } = msg
  return [id.idx, id.val, seq, ack, flags, portid, dst_group, creds.pid, creds.uid, creds.gid]
}
