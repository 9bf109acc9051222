// Kernel sockets of any protocol: made with hooks that log, and the calls that a kernel module makes on them.

import type { KernelSocket, NetlinkKernelCfg, SkBuff } from '../../index.js'
import { GFP_KERNEL } from '../../uapi/index.js'
import { type CallTable, call, OK } from './call.js'
import {
  type ArgsOf,
  bool,
  errorCode,
  type Field,
  type Fields,
  flags,
  hex,
  int,
  list,
  named,
  number,
  text,
  withDefault,
} from './fields.js'
import { toHex } from './hex.js'
import { isObject, type Json } from './json.js'
import { type KernelSide, shownCreds } from './kernel-side.js'
import { GFP, KERNEL_CFG_FLAGS, shownReturn } from './names.js'
import { dispatcher, type Rule, rule } from './rules.js'

const INPUTS = ['none', 'log', 'rcv_skb'] as const

const input: Field<(typeof INPUTS)[number]> = {
  read: (value, at) => INPUTS.find((known) => known === value) ?? at.fail(`must be one of ${INPUTS.join(', ')}`),
}

/** What the bind hook answers by group; undefined where there is no hook. */
const bindHook: Field<ReadonlyMap<number, number> | undefined> = {
  read(value, at, siblings) {
    if (value === undefined || value === false) return undefined
    if (value === true) return new Map()
    if (!isObject(value)) return at.fail('must be true or {group: "-ENAME"}')
    return new Map(
      Object.entries(value).map(([group, code]) => [Number(group), errorCode.read(code, at.field(group), siblings)]),
    )
  },
}

const createFields = {
  as: text,
  protocol: int,
  groups: withDefault(int, 0),
  flags: withDefault(flags(KERNEL_CFG_FLAGS, 'flag'), 0),
  input: withDefault(input, 'log'),
  bind: bindHook,
  unbind: withDefault(bool, false),
  rules: withDefault<Rule[]>(list(rule), []),
}

function create(side: KernelSide, args: ArgsOf<typeof createFields>): Json {
  // The input hook gets a message only after the socket was made, so the name is known by then.
  const ksock = side.kernel.netlink_kernel_create(
    args.protocol,
    config(side, args, () => side.socket(args.as)),
  )
  if (ksock === null) return { error: 'NULL' }
  side.addSocket(args.as, ksock)
  return OK
}

function config(
  side: KernelSide,
  { protocol, groups, flags, input, bind, unbind, rules }: ArgsOf<typeof createFields>,
  ksock: () => KernelSocket,
): NetlinkKernelCfg {
  const dispatch = input === 'rcv_skb' ? dispatcher(side, protocol, rules, ksock) : undefined
  return {
    groups,
    flags,
    ...(input === 'none' ? {} : { input: (skb: SkBuff) => received(side, protocol, skb, dispatch) }),
    ...(bind === undefined
      ? {}
      : { bind: (group: number) => askedToBind(side, protocol, group, bind.get(group) ?? 0) }),
    ...(unbind ? { unbind: (group: number) => side.log({ event: 'unbind', protocol, group }) } : {}),
  }
}

function received(
  side: KernelSide,
  protocol: number,
  skb: SkBuff,
  dispatch: ((skb: SkBuff) => void) | undefined,
): void {
  const { portid, dst_group, creds } = skb
  // Nobody's capabilities can be asked for what the kernel sent to itself.
  const net_admin = portid === 0 ? null : side.netAdmin(skb)
  const data = toHex(skb.data)
  side.log({ event: 'input', protocol, data, portid, dst_group, creds: shownCreds(creds), net_admin })
  dispatch?.(skb)
}

function askedToBind(side: KernelSide, protocol: number, group: number, ret: number): number {
  side.log({ event: 'bind', protocol, group, ret: shownReturn(ret) })
  return ret
}

const gfp = withDefault(named(GFP, 'gfp mask'), GFP_KERNEL)
const port = withDefault(number, 0)
const messageFields = { ksock: text, data: hex, portid: port }

/** A call that sends `data` from a kernel socket. */
function sending<S extends typeof messageFields & Fields>(
  fields: S,
  send: (side: KernelSide, ksock: KernelSocket, data: Uint8Array, portid: number, args: ArgsOf<S>) => number,
) {
  return call(fields, ({ kernelSide: side }, args) => {
    const { ksock, data, portid } = args as ArgsOf<typeof messageFields>
    const ret = send(side, side.socket(ksock), side.symbols.bytes(data), side.symbols.number(portid), args)
    return { ret: shownReturn(ret) }
  })
}

const groupFields = { ...messageFields, group: int, gfp }

export const KERNEL_SOCKET_CALLS: CallTable = {
  nl_kernel_create: call(createFields, ({ kernelSide }, args) => create(kernelSide, args)),
  nl_kernel_release: call({ ksock: text }, ({ kernelSide: side }, args) => {
    side.kernel.netlink_kernel_release(side.socket(args.ksock))
    return OK
  }),
  netlink_unicast: sending({ ...messageFields, nonblock: withDefault(bool, true) }, (side, ksock, data, portid, args) =>
    side.kernel.netlink_unicast(ksock, data, portid, args.nonblock),
  ),
  netlink_broadcast: sending(groupFields, (side, ksock, data, portid, args) =>
    side.kernel.netlink_broadcast(ksock, data, portid, args.group, args.gfp),
  ),
  nlmsg_unicast: sending(messageFields, (side, ksock, data, portid) => side.kernel.nlmsg_unicast(ksock, data, portid)),
  nlmsg_multicast: sending(groupFields, (side, ksock, data, portid, args) =>
    side.kernel.nlmsg_multicast(ksock, data, portid, args.group, args.gfp),
  ),
  nlmsg_notify: sending({ ...groupFields, report: withDefault(bool, false) }, (side, ksock, data, portid, args) =>
    side.kernel.nlmsg_notify(ksock, data, portid, args.group, args.report, args.gfp),
  ),
  netlink_has_listeners: call({ ksock: text, group: int }, ({ kernelSide: side }, args) => {
    return { value: side.kernel.netlink_has_listeners(side.socket(args.ksock), args.group) ? 1 : 0 }
  }),
  netlink_set_err: call({ ksock: text, portid: port, group: int, code: errorCode }, ({ kernelSide: side }, args) => {
    const portid = side.symbols.number(args.portid)
    return { value: side.kernel.netlink_set_err(side.socket(args.ksock), portid, args.group, args.code) }
  }),
  netlink_register_notifier: call({}, ({ kernelSide }) => {
    kernelSide.watchReleases()
    return OK
  }),
  nl_log: call({}, ({ kernelSide }) => ({ events: kernelSide.takeLog() })),
}
