// Generic netlink: one protocol for many small families, found by name. Built on the kernel's public interface alone.

import type { Kernel, KernelSocket, NlmsgView, SkBuff } from '../../api.js'
import {
  CTRL_CMD_DELFAMILY,
  CTRL_CMD_DELMCAST_GRP,
  CTRL_CMD_NEWFAMILY,
  CTRL_CMD_NEWMCAST_GRP,
  EEXIST,
  EINVAL,
  ENOENT,
  ENOMEM,
  ENOSPC,
  GFP_KERNEL,
  NETLINK_GENERIC,
  NL_CFG_F_NONROOT_RECV,
} from '../../uapi/index.js'
import { asFunction, asObject } from '../../user/index.js'
import type { GenlFamily, GenlInfo } from './family.js'
import { type GenlSkb, genlmsg_put } from './message.js'
import type { NlExtAck } from './nla-policy.js'
import { type Families, nlctrl, putFamily, putGroupNotice } from './nlctrl.js'
import { GENL_GROUPS, Numbers } from './numbers.js'
import { receive } from './receive.js'
import { checkFamily, type Registered, registered } from './registered.js'

/** The generic netlink of one kernel. Results are 0, or -errno, as in C; what a family's function throws goes through. */
export class Genetlink implements Families {
  readonly #kernel: Kernel
  readonly #ksock: KernelSocket
  readonly #numbers = new Numbers()
  #families: Map<number, Registered> = new Map()
  readonly #controller: GenlFamily

  /** @internal See createGenetlink(). */
  constructor(kernel: Kernel) {
    const ksock = kernel.netlink_kernel_create(NETLINK_GENERIC, {
      groups: GENL_GROUPS,
      flags: NL_CFG_F_NONROOT_RECV,
      input: (skb) => this.#input(skb),
      bind: (group) => this.#bind(group),
      unbind: (group) => this.#unbind(group),
      keep: () => this.#keep(),
    })
    if (ksock === null) throw new Error('NETLINK_GENERIC has a kernel socket already')
    this.#kernel = kernel
    this.#ksock = ksock
    this.#controller = nlctrl(this)
    this.#add(this.#controller)
  }

  /**
   * Makes a family known; who listens to the controller's group hears of it. Writes family.id and family.mcgrp_offset.
   *
   * @returns 0; -EINVAL for a name that is empty or longer than 15 bytes, a command without a function, or two with one
   * number; -EEXIST for a name that is known; -ENOSPC without a free id; -ENOMEM without so many free groups in a row
   * (there are 64; Linux would make more)
   */
  genl_register_family(family: GenlFamily): number {
    const error = this.#add(family)
    if (error < 0) return error
    const added = this.#of(family)!
    this.#notify(CTRL_CMD_NEWFAMILY, (msg) => putFamily(msg, added))
    this.#notifyGroups(CTRL_CMD_NEWMCAST_GRP, added)
    return 0
  }

  /**
   * Forgets a family: its id and its groups are free, nobody is in them, its requests are ENOENT. Dumps that run end with ENOENT at their next
   * part; neither dumpit() nor done() is called any more. 0, or -ENOENT.
   */
  genl_unregister_family(family: GenlFamily): number {
    const known = this.#of(family)
    if (known === undefined || family === this.#controller) return -ENOENT
    for (const place of (family.mcgrps ?? []).keys()) {
      this.#kernel.__netlink_clear_multicast_users(this.#ksock, known.firstGroup + place)
    }
    this.#notifyGroups(CTRL_CMD_DELMCAST_GRP, known)
    this.#families.delete(known.id)
    this.#numbers.giveId(known.id)
    this.#numbers.giveGroups(known.firstGroup, family.mcgrps?.length ?? 0)
    this.#notify(CTRL_CMD_DELFAMILY, (msg) => putFamily(msg, known))
    return 0
  }

  /** Sends a message to one port: 0, -ECONNREFUSED if nobody has it, -EAGAIN if it is full. */
  genlmsg_unicast(msg: GenlSkb, portid: number): number {
    return this.#kernel.nlmsg_unicast(this.#ksock, msg.toDatagram(), portid)
  }

  /** Sends a message to who asked. */
  genlmsg_reply(msg: GenlSkb, info: GenlInfo): number {
    return this.genlmsg_unicast(msg, info.snd_portid)
  }

  /**
   * Sends a message to a group of a family, but not to `portid`.
   *
   * @param group the place of the group in the family's list, from 0
   * @returns 0 if somebody got it, -ESRCH if nobody is there, -EINVAL if the family has no such group
   */
  genlmsg_multicast(
    family: GenlFamily,
    msg: GenlSkb,
    portid: number,
    group: number,
    flags: number = GFP_KERNEL,
  ): number {
    const number = this.#groupOf(family, group)
    if (number < 0) return number
    return this.#kernel.nlmsg_multicast(this.#ksock, msg.toDatagram(), portid, number, flags)
  }

  /** Whether anybody is in a group of a family. */
  genl_has_listeners(family: GenlFamily, group: number): boolean {
    const number = this.#groupOf(family, group)
    return number > 0 && this.#kernel.netlink_has_listeners(this.#ksock, number)
  }

  /** Tells the members of a group of an error, as netlink_set_err(); -EINVAL if the family has no such group. */
  genl_set_err(family: GenlFamily, portid: number, group: number, code: number): number {
    const number = this.#groupOf(family, group)
    return number < 0 ? number : this.#kernel.netlink_set_err(this.#ksock, portid, number, code)
  }

  /** The family with an id. */
  byId(id: number): Registered | undefined {
    return this.#families.get(id)
  }

  /** The family with a name. */
  byName(name: string): Registered | undefined {
    for (const known of this.#families.values()) if (known.family.name === name) return known
    return undefined
  }

  /** Every family, in the order of their ids. */
  all(): readonly Registered[] {
    return [...this.#families.values()].sort((a, b) => a.id - b.id)
  }

  /** Whether its kernel socket is there: time may have gone back to before it was. */
  get alive(): boolean {
    try {
      this.#kernel.netlink_has_listeners(this.#ksock, 0)
      return true
    } catch {
      return false
    }
  }

  #keep(): () => void {
    const families = [...this.#families]
    const numbers = this.#numbers.keep()
    return () => {
      this.#families = new Map(families)
      for (const [id, { family, firstGroup }] of families) Object.assign(family, { id, mcgrp_offset: firstGroup })
      numbers()
      ofKernels.set(this.#kernel, this)
    }
  }

  #of(family: GenlFamily): Registered | undefined {
    const known = this.#families.get(asObject(family, 'family').id ?? -1)
    return known?.family === family ? known : undefined
  }

  #groupOf(family: GenlFamily, group: number): number {
    const known = this.#of(family)
    const exists = known !== undefined && family.mcgrps?.[group] !== undefined
    return exists ? known.firstGroup + group : -EINVAL
  }

  #add(family: GenlFamily): number {
    const error = checkFamily(family)
    if (error < 0) return error
    if (this.byName(family.name) !== undefined) return -EEXIST
    const id = this.#numbers.takeId(family.name)
    if (id < 0) return -ENOSPC
    const count = family.mcgrps?.length ?? 0
    const firstGroup = count === 0 ? 0 : this.#numbers.takeGroups(family.name, count)
    if (firstGroup < 0) {
      this.#numbers.giveId(id)
      return -ENOMEM
    }
    this.#families.set(id, registered(family, id, firstGroup))
    family.id = id
    family.mcgrp_offset = firstGroup
    return 0
  }

  #input(skb: SkBuff): void {
    const server = { kernel: this.#kernel, ksock: this.#ksock, byId: (id: number) => this.byId(id) }
    const handler = (one: SkBuff, nlh: NlmsgView, extack: NlExtAck) => receive(server, one, nlh, extack)
    this.#kernel.netlink_rcv_skb(skb, handler)
  }

  /** Whose group it is; a group that no family has may be joined, too. */
  #owner(group: number): Registered | undefined {
    for (const known of this.#families.values()) {
      const place = group - known.firstGroup
      if (place >= 0 && place < (known.family.mcgrps?.length ?? 0)) return known
    }
    return undefined
  }

  #bind(group: number): number {
    const owner = this.#owner(group)
    return owner?.family.bind?.(group - owner.firstGroup) ?? 0
  }

  #unbind(group: number): void {
    const owner = this.#owner(group)
    owner?.family.unbind?.(group - owner.firstGroup)
  }

  #notifyGroups(cmd: number, known: Registered): void {
    for (const place of (known.family.mcgrps ?? []).keys()) {
      this.#notify(cmd, (msg) => putGroupNotice(msg, known, place))
    }
  }

  /** A notice to the controller's group; that nobody is there does not matter. */
  #notify(cmd: number, fill: (msg: GenlSkb) => void): void {
    if (!this.genl_has_listeners(this.#controller, 0)) return
    const msg = genlmsg_put(0, 0, this.#controller, 0, cmd)
    fill(msg)
    this.genlmsg_multicast(this.#controller, msg, 0, 0)
  }
}

const ofKernels = /* @__PURE__ */ new WeakMap<Kernel, Genetlink>()

/**
 * The generic netlink of a kernel: the protocol NETLINK_GENERIC with its controller, nlctrl. The first call makes it, the
 * others give the same one, so that every module can ask for it. Families are functions, so a kernel of restore() has none of them
 * and cannot get them back; rewind() keeps them.
 *
 * @throws Error if the kernel has another kernel socket of NETLINK_GENERIC, as one of restore() may
 * @example
 * const genl = createGenetlink(kernel)
 * const family = {
 *   name: 'echo',
 *   version: 1,
 *   policy: { 1: { type: NLA_NUL_STRING, len: 100 } },
 *   ops: [{ cmd: 1, doit: (info) => {
 *     const msg = genlmsg_put_reply(info, 0, 1)
 *     if (info.attrs[1]) msg.nla_put_string(1, nla_get_string(info.attrs[1]))
 *     return genl.genlmsg_reply(msg, info)
 *   } }],
 * }
 * genl.genl_register_family(family) // 0; family.id is the message type
 */
export function createGenetlink(kernel: Kernel): Genetlink {
  asFunction(asObject(kernel, 'kernel').netlink_kernel_create, 'kernel.netlink_kernel_create')
  const known = ofKernels.get(kernel)
  if (known?.alive) return known
  const made = new Genetlink(kernel)
  ofKernels.set(kernel, made)
  return made
}
