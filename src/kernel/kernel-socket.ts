// Kernel sockets of modules: netlink_kernel_create() and what is sent through them.

import type {
  BroadcastMember,
  KernelSocket as KernelSocketInterface,
  NetlinkKernelCfg,
  NetlinkNotify,
  NetlinkSkbParms,
  SkBuff,
} from '../api.js'
import { errorOf, type HostFunction, LAYOUT, type Machine } from '../machine/index.js'
import { ENOMEM, GFP_KERNEL, i32, u32 } from '../uapi/index.js'
import { asBoolean, asBytes, asFunction, asHook, asObject } from '../user/index.js'
import { kernelMessage } from './message.js'
import type { Ownership } from './ownership.js'

interface Hooks {
  readonly input: ((skb: SkBuff) => void) | undefined
  readonly bind: ((group: number) => number) | undefined
  readonly unbind: ((group: number) => void) | undefined
  readonly keep: HostFunction['keep']
}

/** What names a kernel socket; it is worth nothing after its release. */
class KernelSocket implements KernelSocketInterface {
  readonly #protocol: number

  constructor(protocol: number) {
    this.#protocol = protocol
  }

  get protocol(): number {
    return this.#protocol
  }
}

export class KernelSockets {
  readonly #machine: Machine
  readonly #ownership: Ownership
  readonly notifiers: ((notify: NetlinkNotify) => void)[] = []
  readonly slots = new Map<KernelSocket, number>()

  constructor(machine: Machine, ownership: Ownership) {
    this.#machine = machine
    this.#ownership = ownership
  }

  /** @throws TypeError for what is none */
  hooksOf(cfg: NetlinkKernelCfg): Hooks {
    asObject(cfg, 'cfg')
    const { input, bind, unbind, keep } = cfg
    for (const [hook, fn] of Object.entries({ input, bind, unbind, keep })) asHook(fn, hook)
    const own = <T extends unknown[], R>(fn: ((...given: T) => R) | undefined) =>
      fn === undefined ? undefined : this.#ownership.own<T, R>(fn.bind(cfg))
    return { input: own(input), bind: own(bind), unbind: own(unbind), keep: keep?.bind(cfg) }
  }

  /** The kernel socket that the machine has in a slot. */
  bind(number: number, slot: number, hooks: Hooks): KernelSocket {
    this.#machine.bindFunction(slot, hookFunction(this.#machine, number, hooks))
    const ksock = new KernelSocket(number)
    this.slots.set(ksock, slot)
    return ksock
  }

  create(unit: number, cfg: NetlinkKernelCfg = {}): KernelSocket | null {
    const machine = this.#machine
    const number = u32(unit, 'unit')
    const hooks = this.hooksOf(cfg)
    const groups = u32(cfg.groups ?? 0, 'groups')
    const flags = u32(cfg.flags ?? 0, 'flags')
    const bits = (hooks.bind ? LAYOUT.HOOK_BIND_BIT : 0) | (hooks.unbind ? LAYOUT.HOOK_UNBIND_BIT : 0)
    const slot = machine.abi.ksock_create(number, groups, flags, hooks.input ? 1 : 0, bits)
    return slot < 0 ? null : this.bind(number, slot, hooks)
  }

  release(ksock: KernelSocketInterface): void {
    const one = this.#live(ksock)
    const slot = this.slots.get(one) as number
    this.#machine.expectCalls()
    this.slots.delete(one)
    this.#machine.abi.ksock_release(one.protocol)
    this.#machine.unbindFunction(slot, this.#machine.functionAt(slot))
  }

  /** The protocol of a kernel socket that lives. */
  protocolOf(ksock: KernelSocketInterface): number {
    return this.#live(ksock).protocol
  }

  #live(ksock: KernelSocketInterface): KernelSocket {
    if (!(ksock instanceof KernelSocket) || !this.slots.has(ksock)) {
      throw new TypeError('ksock must be a kernel socket of this kernel that has not been released')
    }
    return ksock
  }

  #settled(result: number): number {
    this.#machine.settle()
    return result
  }

  unicast(ksock: KernelSocketInterface, skb: Uint8Array, portid: number, nonblock: boolean): number {
    const { protocol } = this.#live(ksock)
    const port = u32(portid, 'portid')
    asBoolean(nonblock, 'nonblock')
    const message = kernelMessage(this.#machine, skb, 0, GFP_KERNEL)
    if (message === 0) return -ENOMEM
    return this.#settled(this.#machine.abi.ksock_unicast(protocol, message, port, nonblock ? 1 : 0))
  }

  broadcast(ksock: KernelSocketInterface, skb: Uint8Array, portid: number, group: number, gfp: number): number {
    const { protocol } = this.#live(ksock)
    const port = u32(portid, 'portid')
    const number = u32(group, 'group')
    const message = kernelMessage(this.#machine, skb, number, u32(gfp, 'gfp_mask'))
    if (message === 0) return -ENOMEM
    return this.#settled(this.#machine.abi.ksock_broadcast(protocol, message, port, number))
  }

  broadcastFiltered(
    ksock: KernelSocketInterface,
    skb: Uint8Array,
    portid: number,
    group: number,
    gfp: number,
    filter: (dsk: BroadcastMember, skb: Uint8Array) => boolean,
  ): number {
    const machine = this.#machine
    const { protocol } = this.#live(ksock)
    const port = u32(portid, 'portid')
    const number = u32(group, 'group')
    const bytes = asBytes(skb, 'skb')
    const mask = u32(gfp, 'gfp_mask')
    asFunction(filter, 'filter')
    const slot = machine.abi.slot_take()
    if (slot < 0) return -ENOMEM
    const message = kernelMessage(this.#machine, bytes, number, mask)
    if (message === 0) {
      machine.abi.slot_give(slot)
      return -ENOMEM
    }
    const fn: HostFunction = (_kind, member, asked) =>
      filter({ portid: member >>> 0 }, machine.messageBytes(asked, machine.messageLength(asked))) ? 1 : 0
    machine.bindFunction(slot, fn)
    const result = machine.abi.ksock_broadcast_asking(protocol, message, port, number, slot)
    machine.unbindFunction(slot, fn)
    machine.abi.slot_give(slot)
    return this.#settled(result)
  }

  notify(
    ksock: KernelSocketInterface,
    skb: Uint8Array,
    portid: number,
    group: number,
    report: boolean,
    gfp: number,
  ): number {
    const { protocol } = this.#live(ksock)
    const port = u32(portid, 'portid')
    asBoolean(report, 'report')
    const number = u32(group, 'group')
    const message = kernelMessage(this.#machine, skb, number, u32(gfp, 'gfp_mask'))
    if (message === 0) return -ENOMEM
    return this.#settled(this.#machine.abi.ksock_notify(protocol, message, port, number, report ? 1 : 0))
  }

  hasListeners(ksock: KernelSocketInterface, group: number): boolean {
    return this.#machine.abi.ksock_has_listeners(this.#live(ksock).protocol, u32(group, 'group')) !== 0
  }

  clearGroup(ksock: KernelSocketInterface, group: number): void {
    this.#machine.abi.ksock_clear_group(this.#live(ksock).protocol, u32(group, 'group'))
  }

  setError(ksock: KernelSocketInterface, portid: number, group: number, code: number): number {
    const { protocol } = this.#live(ksock)
    const error = -i32(code, 'code')
    if (error < 1 || error > 133) throw new RangeError('code must be -errno')
    return this.#settled(this.#machine.abi.ksock_set_err(protocol, u32(portid, 'portid'), u32(group, 'group'), error))
  }

  registerNotifier(callback: (notify: NetlinkNotify) => void): number {
    const owned = this.#ownership.own(asFunction(callback, 'callback'))
    const slot = this.#machine.abi.notifier_on()
    if (slot < 0) return -ENOMEM
    this.notifiers.push(owned)
    this.#machine.bindFunction(slot, (_kind, protocol, portid) => this.#notifyAll(protocol, portid >>> 0))
    return 0
  }

  // One that throws does not keep the others from hearing it.
  #notifyAll(protocol: number, portid: number): number {
    const errors: unknown[] = []
    // A copy: who registers meanwhile hears of the next one.
    for (const notifier of [...this.notifiers]) {
      try {
        notifier({ protocol, portid })
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errorOf(errors, 'notifiers')
    return 0
  }

  capable(parms: NetlinkSkbParms, cap: number): boolean {
    const readers = this.#machine.readersOf(parms)
    if (readers === undefined) throw new TypeError('skb must be what the function was given, before it returns')
    return readers.capable(u32(cap, 'cap'))
  }
}

function hookFunction(machine: Machine, protocol: number, cfg: Hooks): HostFunction {
  const fn: HostFunction = (kind, a) => {
    if (kind === LAYOUT.CALL_BIND) return cfg.bind === undefined ? 0 : cfg.bind(a >>> 0)
    if (kind === LAYOUT.CALL_UNBIND) {
      cfg.unbind?.(a >>> 0)
      return 0
    }
    const readers = machine.readers()
    readers.openSkb(a)
    readers.protocol = protocol
    cfg.input?.(readers.skbuff)
    readers.close()
    return 0
  }
  fn.keep = cfg.keep
  return fn
}
