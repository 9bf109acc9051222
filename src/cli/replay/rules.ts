// The handler behind netlink_rcv_skb: it obeys the rules that a scenario gives, and logs each message that it gets.

import type {
  DumpSkb,
  KernelSocket,
  NetlinkDumpControl,
  NetlinkExtAck,
  NlmsgHandler,
  NlmsgView,
  SkBuff,
} from '../../index.js'
import { encodeNlmsg, NLM_F_MULTI, nlmsgAlign } from '../../uapi/index.js'
import { errorCode, hex, int, list, object, optional, text, withDefault } from './fields.js'
import { toHex } from './hex.js'
import type { KernelSide } from './kernel-side.js'
import { shownReturn } from './names.js'

export const rule = object({
  type: optional(int),
  ret: withDefault(errorCode, 0),
  note: optional(text),
  bad_offset: optional(int),
  cookie: optional(hex),
  reply: optional(hex),
  reply_type: withDefault(int, 0),
  dump: optional(list(list(hex))),
  start: withDefault(errorCode, 0),
  end: withDefault(errorCode, 0),
})
export type Rule = ReturnType<(typeof rule)['read']>

/** What the input hook does with a datagram once it is logged. */
export function dispatcher(
  side: KernelSide,
  protocol: number,
  rules: readonly Rule[],
  ksock: () => KernelSocket,
): (skb: SkBuff) => void {
  const { kernel } = side
  const handler: NlmsgHandler = (skb, nlh, extack) => {
    logMessage(side, protocol, skb, nlh)
    const use = rules.find((one) => one.type === undefined || one.type === nlh.nlmsg_type)
    if (!use) return 0
    explain(side, use, extack)
    if (use.reply) reply(side, ksock(), use, skb, nlh)
    if (!use.dump) return use.ret
    const ret = kernel.netlink_dump_start(ksock(), skb, nlh, dumpControl(side, use, skb, nlh))
    side.log({ event: 'dump_start_ret', ret: shownReturn(ret) })
    return ret
  }
  return (skb) => void kernel.netlink_rcv_skb(skb, handler)
}

function logMessage(side: KernelSide, protocol: number, skb: SkBuff, nlh: NlmsgView): void {
  const { payload, nlmsg_len: len, nlmsg_type: type, nlmsg_flags: flags, nlmsg_seq: seq, nlmsg_pid: pid } = nlh
  side.log({ event: 'msg', protocol, len, type, flags, seq, pid, payload: toHex(payload), portid: skb.portid })
}

function explain(side: KernelSide, { note, bad_offset, cookie }: Rule, extack: NetlinkExtAck): void {
  if (note !== undefined) extack._msg = note
  if (bad_offset !== undefined) extack.bad_attr = bad_offset
  if (cookie !== undefined) extack.cookie = side.symbols.bytes(cookie)
}

function reply(side: KernelSide, ksock: KernelSocket, rule: Rule, skb: SkBuff, nlh: NlmsgView): void {
  const header = { nlmsg_type: rule.reply_type, nlmsg_seq: nlh.nlmsg_seq, nlmsg_pid: skb.portid }
  const message = padded(encodeNlmsg(header, side.symbols.bytes(rule.reply ?? [])))
  side.log({ event: 'reply', ret: shownReturn(side.kernel.nlmsg_unicast(ksock, message, skb.portid)) })
}

/** A message as the kernel's own nlmsg_put() makes it: the buffer ends on a step of four bytes. */
function padded(message: Uint8Array): Uint8Array {
  const whole = new Uint8Array(nlmsgAlign(message.length))
  whole.set(message)
  return whole
}

/** Each part of the rule is one call of the dump hook, or more if it does not fit into one. */
function dumpControl(side: KernelSide, rule: Rule, skb: SkBuff, nlh: NlmsgView): NetlinkDumpControl {
  const seq = nlh.nlmsg_seq
  const { portid } = skb
  const parts = (rule.dump ?? []).map((part) => part.map((payload) => side.symbols.bytes(payload)))
  const putNext = (room: DumpSkb): number => {
    const part = parts.shift() ?? []
    let added = 0
    while (added < part.length && room.nlmsg_put(portid, seq, rule.reply_type, part[added]!, NLM_F_MULTI)) added++
    if (added < part.length) parts.unshift(part.slice(added))
    return added
  }
  return {
    start: () => {
      side.log({ event: 'dump_start', seq })
      return rule.start
    },
    dump: (room) => {
      const added = putNext(room)
      const ret = added > 0 ? room.len : rule.end
      side.log({ event: 'dump', seq, added, ret: shownReturn(ret) })
      return ret
    },
    done: () => {
      side.log({ event: 'dump_done', seq })
      return 0
    },
  }
}
