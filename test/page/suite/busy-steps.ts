// The pieces of work of a busy machine, each as often in the list as it is to come.
import * as uapi from '../../../src/uapi/index.js'
import { encodeConnectorMessage, encodeNlmsg, encodeProcInput } from '../../../src/uapi/index.js'
import type { Busy, Draw } from './busy.js'
import {
  ASK_ACK,
  ASK_DUMP,
  CLOSED_GROUP,
  COMING,
  ECHO,
  NOTICE_GROUP,
  PROTOCOL,
  REGISTRAR,
  TICK_GROUP,
} from './busy-module.js'

/** Does one thing and tells a number about it; what fails, throws. */
export type Step = (busy: Busy, draw: Draw) => number

const GROUPS = [1, 2, TICK_GROUP, NOTICE_GROUP, CLOSED_GROUP, 33] as const
const PROTOCOLS = [uapi.NETLINK_CONNECTOR, uapi.NETLINK_CONNECTOR, uapi.NETLINK_USERSOCK, PROTOCOL] as const
const SIZES = [0, 0, 1, 4, 4, 20, 33, 100] as const
const RARE_SIZES = [250, 700, 4000] as const
const BITS_OF_POLL = 0xffff

const one = <T>(draw: Draw, items: readonly T[]): T => items[draw(items.length)] as T

/** Bytes whose values depend on what was drawn. */
function bytes(draw: Draw): Uint8Array {
  return new Uint8Array(one(draw, draw(16) === 0 ? RARE_SIZES : SIZES)).fill(draw(256))
}

const message = (id: { idx: number; val: number }, draw: Draw) =>
  encodeConnectorMessage({ id, seq: draw(1000), ack: draw(3), data: bytes(draw) })

const open: Step = (busy, draw) => {
  const socket = busy.open(one(draw, PROTOCOLS))
  if (draw(3) > 0) socket.bind({ nl_groups: draw(16) })
  if (draw(3) === 0) socket.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUF, 2304 * (1 + draw(8)))
  return socket.getsockname().nl_pid
}
const closing: Step = (busy) => {
  busy.close(busy.socket())
  return 0
}
const request: Step = (busy, draw) => busy.socket().send(message(ECHO, draw))
const registrar: Step = (busy, draw) => busy.socket().send(message(REGISTRAR, draw))
const coming: Step = (busy, draw) => busy.socket().send(message(one(draw, COMING), draw))
const toTask: Step = (busy, draw) =>
  busy.socket().sendto(bytes(draw), 0, { nl_pid: busy.socket().getsockname().nl_pid, nl_groups: draw(2) * draw(8) })
const toModule: Step = (busy, draw) => {
  const [type, extra] = draw(3) === 0 ? [ASK_DUMP, uapi.NLM_F_DUMP] : [ASK_ACK, uapi.NLM_F_ACK]
  const header = { nlmsg_type: type, nlmsg_flags: uapi.NLM_F_REQUEST | extra, nlmsg_seq: draw(100) }
  return busy.socket().send(encodeNlmsg(header, new Uint8Array(draw(60))))
}
const garbage: Step = (busy, draw) => busy.socket().send(bytes(draw))
const receive: Step = (busy) => busy.socket().recv(busy.room)
const peek: Step = (busy) => busy.socket().recv(busy.room.subarray(0, 20), uapi.MSG_PEEK | uapi.MSG_TRUNC)
const receiveMsg: Step = (busy) => {
  const { n, flags, control } = busy.socket().recvmsg({ iov: [busy.room], controllen: 128 })
  return n + flags + control.length
}
const readEmpty: Step = (busy) => {
  const socket = busy.socket()
  for (;;) socket.recv(busy.room)
}
const fromKernel: Step = ({ kernel }, draw) =>
  kernel.cn_netlink_send({ id: ECHO, seq: draw(99), data: bytes(draw) }, 0, one(draw, GROUPS), uapi.GFP_ATOMIC)
const unicast: Step = (busy, draw) => {
  const { nl_pid: port } = busy.socket().getsockname()
  return busy.kernel.netlink_unicast(busy.module.socket, new Uint8Array(1 + draw(300)), port, true)
}
const filtered: Step = ({ kernel, module }, draw) =>
  kernel.netlink_broadcast_filtered(
    module.socket,
    new Uint8Array(1 + draw(300)),
    0,
    one(draw, GROUPS),
    uapi.GFP_ATOMIC,
    ({ portid }) => portid % 2 === 0,
  )

const member: Step = (busy, draw) => {
  const option = draw(3) === 0 ? uapi.NETLINK_DROP_MEMBERSHIP : uapi.NETLINK_ADD_MEMBERSHIP
  busy.socket().setsockopt(uapi.SOL_NETLINK, option, one(draw, GROUPS))
  return 0
}
const flag: Step = (busy, draw) => {
  const options = [uapi.NETLINK_NO_ENOBUFS, uapi.NETLINK_PKTINFO, uapi.NETLINK_BROADCAST_ERROR, uapi.NETLINK_EXT_ACK]
  busy.socket().setsockopt(uapi.SOL_NETLINK, one(draw, options), draw(2))
  return 0
}
const socketFilter: Step = (busy, draw) => {
  const filter = [[6, 0, 0, draw(2) ? 60 : 0xffff]] as const
  if (draw(2)) busy.socket().setsockopt(uapi.SOL_SOCKET, uapi.SO_ATTACH_FILTER, { filter })
  else busy.socket().setsockopt(uapi.SOL_SOCKET, uapi.SO_DETACH_FILTER, 0)
  return 0
}
const connect: Step = (busy, draw) => {
  if (draw(2)) busy.socket().connect({ nl_pid: 0, nl_groups: draw(4) })
  else busy.socket().connect({ nl_family: uapi.AF_UNSPEC })
  return 0
}
const question: Step = (busy, draw) => {
  const socket = busy.socket()
  if (draw(2)) return socket.poll(BITS_OF_POLL)
  return socket.getsockopt(uapi.SOL_SOCKET, uapi.SO_ERROR) as number
}

const listen: Step = (busy, draw) => {
  const mcast_op = draw(4) === 0 ? uapi.PROC_CN_MCAST_IGNORE : uapi.PROC_CN_MCAST_LISTEN
  const input = encodeProcInput({ mcast_op, event_type: draw(2) ? 0 : uapi.PROC_EVENT_FORK })
  const id = { idx: uapi.CN_IDX_PROC, val: uapi.CN_VAL_PROC }
  return busy.socket().send(encodeConnectorMessage({ id, data: input }))
}
const newTask: Step = (busy, draw) => {
  const child = busy.newTask()
  if (draw(2)) child.exec(`program ${draw(5)}`)
  if (draw(3) === 0) child.setresuid(1000, 1000, 1000)
  if (draw(4) === 0) child.setsid()
  return child.pid
}
const ending: Step = (busy) => {
  busy.exit()
  return 0
}

const advance: Step = ({ kernel }, draw) => {
  kernel.clock.advance(1 + draw(3))
  return kernel.jiffies
}
const idle: Step = ({ kernel }) => {
  kernel.clock.runUntilIdle()
  return kernel.jiffies
}
const rearm: Step = ({ kernel, module }, draw) => kernel.mod_timer(module.timer, kernel.jiffies + draw(20))
const log: Step = ({ kernel }, draw) => {
  kernel.printk(`step ${draw(1000)}`)
  return kernel.random()
}
const pressure: Step = ({ kernel }, draw) => {
  kernel.memoryPressure = one(draw, ['none', 'none', 'none', 'low', 'high'] as const)
  return 0
}
const failslab: Step = ({ kernel }, draw) => {
  kernel.faults.failslab(draw(3) === 0 ? { probability: 10, times: 2, interval: 1 } : {})
  return kernel.faults.failed
}

const often = (times: number, step: Step): Step[] => new Array<Step>(times).fill(step)

export const STEPS: readonly Step[] = [
  ...often(8, open),
  ...often(2, closing),
  ...often(14, request),
  ...often(3, registrar),
  ...often(3, coming),
  ...often(12, toTask),
  ...often(10, toModule),
  ...often(2, garbage),
  ...often(22, receive),
  ...often(3, peek),
  ...often(8, receiveMsg),
  ...often(2, readEmpty),
  ...often(6, fromKernel),
  ...often(4, unicast),
  ...often(4, filtered),
  ...often(5, member),
  ...often(3, flag),
  ...often(2, socketFilter),
  ...often(2, connect),
  ...often(4, question),
  ...often(2, listen),
  ...often(2, newTask),
  ...often(1, ending),
  ...often(4, advance),
  ...often(2, idle),
  ...often(1, rearm),
  ...often(1, log),
  ...often(1, pressure),
  ...often(1, failslab),
]
