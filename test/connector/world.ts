// What the tests of the connector layer stand on: a kernel, a task, a callback that answers only when it is told, and small helpers.
import type { BootOptions, Kernel, NetlinkSkbParms } from '../../src/api.js'
import { boot } from '../../src/index.js'
import { type CbId, type CnMsg, GFP_KERNEL } from '../../src/uapi/index.js'

export const ID: CbId = { idx: 5, val: 1 }

/** Nobody registers it. */
export const NOBODY: CbId = { idx: 5, val: 99 }

export const bytes = (...values: number[]) => new Uint8Array(values)

export function world(options?: BootOptions) {
  const kernel = boot(options)
  return { kernel, task: kernel.spawn() }
}

/** A request as a driver got it, copied. */
export interface Asked extends CnMsg {
  readonly portid: number
}

/** A callback that keeps what it gets. Answers are sent by hand, right or wrong. */
export class Driver {
  readonly asked: Asked[] = []
  readonly #kernel: Kernel
  readonly #id: CbId

  constructor(kernel: Kernel, id: CbId = ID) {
    this.#kernel = kernel
    this.#id = id
    kernel.cn_add_callback(id, 'driver', (msg, nsp) => this.#keep(msg, nsp))
  }

  get last(): Asked {
    const last = this.asked.at(-1)
    if (last === undefined) throw new Error('nobody has asked')
    return last
  }

  /** To one port: by default the right answer, with any field replaced. Returns what cn_netlink_send() does. */
  answer(to: Asked, fields: { seq?: number; ack?: number; data?: Uint8Array } = {}, gfp_mask = GFP_KERNEL): number {
    const { id, seq, ack, portid } = to
    return this.#kernel.cn_netlink_send({ id, seq, ack: (ack + 1) >>> 0, ...fields }, portid, 0, gfp_mask)
  }

  /** To the group of the id. */
  tell(seq: number, data = bytes(), ack = 0): number {
    return this.#kernel.cn_netlink_send({ id: this.#id, seq, ack, data }, 0, GFP_KERNEL)
  }

  #keep({ id, seq, ack, len, flags, data }: CnMsg, { portid }: NetlinkSkbParms): void {
    this.asked.push({ id: { ...id }, seq, ack, len, flags, data: new Uint8Array(data), portid })
  }
}

/** Lets everything run that is ready to: promises, and what they start. */
export const settle = () => new Promise<void>((resolve) => setTimeout(resolve))

/** 'pending', 'resolved' or 'rejected', after everything that is ready to run has run. */
export async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'pending'
  promise.then(
    () => {
      state = 'resolved'
    },
    () => {
      state = 'rejected'
    },
  )
  await settle()
  return state
}

/** The next `count` items of a loop. */
export async function take<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  if (count === 0) return taken
  for await (const item of items) {
    taken.push(item)
    if (taken.length === count) break
  }
  return taken
}

/** What a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it was not rejected')
}
