// The connector by the findings: who is registered, what reaches a callback, what the kernel sends.
// conformance/kernel/FINDINGS.md, "cn_netlink_send" and "User space to callbacks"; DESIGN.md, "Notifications".
import type { CbId } from '../../src/uapi/index.js'
import { hex } from './calls.js'
import { EAGAIN, EINVAL, ENODEV, ESRCH, INITIAL, kernelMessage, type ModelNet } from './model-net.js'
import type { Message } from './model-socket.js'

interface Registered {
  readonly id: CbId
  readonly name: string
  readonly replies: boolean
}

interface Watch {
  readonly first: number
  readonly range: number
  readonly group: number
}

const CONNECTOR = 11

/** A message of the kernel to user space: headers, data, zeros up to a multiple of 4. */
export function kernelBytes(
  id: CbId,
  fields: { seq: number; ack: number; len: number; flags: number },
  data: Uint8Array,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((36 + length) / 4) * 4)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 36 + length, true)
  view.setUint16(4, 3, true)
  view.setUint32(8, fields.seq, true)
  view.setUint32(16, id.idx, true)
  view.setUint32(20, id.val, true)
  view.setUint32(24, fields.seq, true)
  view.setUint32(28, fields.ack, true)
  view.setUint16(32, fields.len, true)
  view.setUint16(34, fields.flags, true)
  bytes.set(data.subarray(0, length), 36)
  return bytes
}

export class ModelConnector {
  registered: Registered[] = []
  readonly heard: unknown[] = []
  private work: { to: Registered; message: Message }[] = []
  private watches: Watch[] = []

  constructor(private readonly net: ModelNet) {
    net.inputs.set(CONNECTOR, (message) => this.input(message))
  }

  find({ idx, val }: CbId): Registered | undefined {
    return this.registered.find((one) => one.id.idx === idx && one.id.val === val)
  }

  add(id: CbId, name: string, replies: boolean): number {
    if (this.find(id) !== undefined) return -EINVAL
    this.registered.push({ id, name, replies })
    this.announce(id, 0)
    return 0
  }

  delete(id: CbId): void {
    const one = this.find(id)
    if (one === undefined) return
    this.registered = this.registered.filter((other) => other !== one)
    this.work = this.work.filter(({ to }) => to !== one)
    this.announce(id, 1)
  }

  watch(asked: Watch): number {
    if (!this.net.rules.notifications) return -ENODEV
    if (asked.group !== 0) this.watches.push(asked)
    else this.watches = this.watches.filter((one) => one.first !== asked.first || one.range !== asked.range)
    return 0
  }

  private announce(id: CbId, ack: number): void {
    for (const { first, range, group } of [...this.watches]) {
      if (id.idx < first || id.idx >= first + range) continue
      const bytes = kernelBytes(id, { seq: 0, ack, len: 0, flags: 0 }, new Uint8Array(0), 0)
      this.net.broadcast(CONNECTOR, kernelMessage(bytes, group), 0, group)
    }
  }

  private input(message: Message): void {
    const { bytes } = message
    if (bytes.length < 36) return
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const length = view.getUint32(0, true)
    if (length < 36 || length > bytes.length || length > 16400 || length < 36 + view.getUint16(32, true)) return
    const to = this.find({ idx: view.getUint32(16, true), val: view.getUint32(20, true) })
    if (to === undefined) return
    if (this.net.rules.dispatch === 'workqueue') this.work.push({ to, message })
    else this.run(to, message)
  }

  private run({ id, replies }: Registered, message: Message): void {
    const view = new DataView(message.bytes.buffer, message.bytes.byteOffset)
    const len = view.getUint16(32, true)
    const [seq, ack, flags] = [view.getUint32(24, true), view.getUint32(28, true), view.getUint16(34, true)]
    const data = message.bytes.slice(36, 36 + len)
    const { portid, group, pid, uid, gid } = message
    this.heard.push({ id: { ...id }, seq, ack, len, flags, data: hex(data), portid, group, creds: { pid, uid, gid } })
    if (!replies) return
    const fields = { seq, ack: ack + 1, len: data.length, flags: 0 }
    this.heard.push(this.send(id, kernelBytes(id, fields, data, data.length), portid, 0, true))
  }

  idle(): void {
    for (let next = this.work.shift(); next !== undefined; next = this.work.shift()) this.run(next.to, next.message)
  }

  send(id: CbId, bytes: Uint8Array, portid: number, group: number, atomic: boolean): number {
    let to = group
    if (portid === 0 && group === 0) {
      if (this.find(id) === undefined) return -ENODEV
      to = id.idx
    }
    if (portid === 0 && !this.net.hasListeners(CONNECTOR, to)) return -ESRCH
    if (to !== 0) return this.net.broadcast(CONNECTOR, kernelMessage(bytes, to), portid, to)
    const result = this.net.unicast(CONNECTOR, INITIAL, kernelMessage(bytes, 0), portid, atomic)
    return result === -EAGAIN ? -EAGAIN : result
  }

  listing(): string {
    const rows = [...(this.net.rules.notifications ? ['connector 4294967295:4294967295'] : []), 'cn_proc 1:1']
    return [...rows, ...this.registered.map(({ id, name }) => `${name} ${id.idx}:${id.val}`)].join('\n')
  }
}
