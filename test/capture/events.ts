// Events of a tap as the tests make them up, and a tap that tells them.

import type { Removable, TapDelivery, TapEvent, TapMessage, TapReceive, TapVerdict } from '../../src/api.js'
import { encodeConnectorMessage, NETLINK_CONNECTOR } from '../../src/uapi/index.js'

/** A message that the kernel sent to group 1, and nobody got. */
export const MESSAGE: TapMessage = {
  kind: 'message',
  time: 1500000000n,
  number: 12,
  protocol: NETLINK_CONNECTOR,
  data: encodeConnectorMessage({ id: { idx: 1, val: 2 }, seq: 3, ack: 4, data: new Uint8Array(4) }),
  portid: 0,
  creds: { pid: 0, uid: 0, gid: 0 },
  comm: '',
  to: { portid: 0, group: 1 },
  result: 0,
  deliveries: [],
}

/** What a task's message has that the kernel's has not. */
export const TASK = { portid: 1001, creds: { pid: 1001, uid: 5, gid: 5 }, comm: 'worker' }

export const RECEIVE: TapReceive = {
  kind: 'receive',
  time: 2000001999n,
  number: 12,
  protocol: NETLINK_CONNECTOR,
  socket: 3,
  portid: 7,
  pid: 1002,
  comm: 'listener',
  from: 0,
  length: 40,
  result: 40,
}

/** One receiver for each verdict, in this order. */
export function deliveries(...told: readonly [TapVerdict, number][]): TapDelivery[] {
  return told.map(([verdict, portid], index) => ({
    verdict,
    portid,
    socket: portid === 0 ? 0 : index + 1,
    pid: portid === 0 ? 0 : 2000 + index,
    comm: portid === 0 ? '' : `task${index}`,
  }))
}

/** What a capture needs of a kernel: a tap. Tells events to who listens. */
export class MadeUpTap {
  readonly #listeners = new Set<(event: TapEvent) => void>()

  get listeners(): number {
    return this.#listeners.size
  }

  tap(listener: (event: TapEvent) => void): Removable {
    this.#listeners.add(listener)
    const remove = () => void this.#listeners.delete(listener)
    return { remove, [Symbol.dispose]: remove }
  }

  tell(...events: readonly TapEvent[]): void {
    for (const event of events) for (const listener of this.#listeners) listener(event)
  }
}
