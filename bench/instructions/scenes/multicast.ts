// From kernel code to the members of a group.
import type { BootOptions, CoreKernel, Socket } from '../../../src/api.js'
import {
  AF_NETLINK,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  SO_MEMINFO,
  SO_RCVBUFFORCE,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../../src/uapi/index.js'
import { check, ID, messageOf, type Scene } from '../scene.js'

// A protocol number that Linux does not use.
const PROTOCOL = 25
const GROUP = 20
const QUEUE_BYTES = 1 << 20
const SLOW_QUEUE_BYTES = 1 << 16
const MESSAGES = 16
/** A new group's first sends look at all members: that is in the mean. */
const MANY = 512

/** netlink_broadcast() to many listeners, and how each of them receives what is queued. */
export function toListeners(listeners: number): Scene {
  return {
    rows: [
      `multicast to ${listeners} listeners, one send`,
      `multicast to ${listeners} listeners, mean of ${MANY} sends`,
      `drain of ${listeners} listeners, per message`,
      `drain() of ${listeners} listeners, per message`,
    ],
    prepare(boot) {
      const { kernel, count } = boot(roomFor(listeners))
      const ksock = kernel.netlink_kernel_create(PROTOCOL)
      check(ksock !== null, 'netlink_kernel_create')
      const members = openMembers(kernel, PROTOCOL, listeners)
      const message = messageOf(64)
      const send = () =>
        check(kernel.netlink_broadcast(ksock, message, 0, GROUP, GFP_KERNEL) === 0, 'netlink_broadcast')
      const round = () => {
        const sent = Array.from({ length: MESSAGES }, () => count(send))
        const drained = count(() => drain(members, message.length))
        for (let i = 0; i < MESSAGES; i++) send()
        return { sent, drained, handed: count(() => drainInPlace(members)) }
      }
      const mean = meanOf(Array.from({ length: MANY / MESSAGES }, () => round().sent).flat())
      return () => {
        const { sent, drained, handed } = round()
        return [Math.min(...sent), mean, drained / MESSAGES / listeners, handed / MESSAGES / listeners]
      }
    },
  }
}

/** netlink_broadcast() to members whose functions are handed the message before it returns. */
export function toFunctions(listeners: number): Scene {
  return {
    rows: [`multicast pushed to ${listeners} listeners`],
    prepare(boot) {
      const { kernel, count } = boot(roomFor(listeners))
      const ksock = kernel.netlink_kernel_create(PROTOCOL)
      check(ksock !== null, 'netlink_kernel_create')
      let heard = 0
      for (const member of openMembers(kernel, PROTOCOL, listeners)) member.onMessage(() => heard++)
      const message = messageOf(64)
      return () => {
        heard = 0
        const instructions = count(() => kernel.netlink_broadcast(ksock, message, 0, GROUP, GFP_KERNEL))
        check(heard === listeners, 'every listener runs')
        return [instructions]
      }
    },
  }
}

/** netlink_broadcast() to many listeners, of whom one reads a message for each that comes, and always has his queue nearly full. */
export function withSlowListener(listeners: number): Scene {
  return {
    rows: [`multicast to ${listeners} listeners, one of them slow`],
    prepare(boot) {
      const { kernel, count } = boot(roomFor(listeners))
      const ksock = kernel.netlink_kernel_create(PROTOCOL)
      check(ksock !== null, 'netlink_kernel_create')
      const members = openMembers(kernel, PROTOCOL, listeners)
      const [slow, ...others] = members as [Socket, ...Socket[]]
      slow.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, SLOW_QUEUE_BYTES)
      const message = messageOf(64)
      const send = () =>
        check(kernel.netlink_broadcast(ksock, message, 0, GROUP, GFP_KERNEL) === 0, 'netlink_broadcast')
      while (!isNearlyFull(slow)) {
        send()
        drain(others, message.length, 1)
      }
      const round = () => {
        const sent = Array.from({ length: MESSAGES }, () => {
          const instructions = count(send)
          drain([slow], message.length, 1)
          return instructions
        })
        drain(others, message.length)
        return meanOf(sent)
      }
      return () => [round()]
    },
  }
}

/** cn_netlink_send() to a group with one member. */
export const connectorSend: Scene = {
  rows: ['cn_netlink_send, 64 B, to one listener'],
  prepare(boot) {
    const { kernel, count } = boot()
    const members = openMembers(kernel, NETLINK_CONNECTOR, 1)
    const message = { id: ID, seq: 1, ack: 1, data: new Uint8Array(64) }
    const send = () => check(kernel.cn_netlink_send(message, GROUP, GFP_KERNEL) === 0, 'cn_netlink_send')
    return () => {
      const sent = count(() => repeat(MESSAGES, send))
      drain(members, messageOf(64).length)
      return [sent / MESSAGES]
    }
  },
}

const meanOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

const roomFor = (sockets: number): BootOptions => ({ limits: { memory: 64 << 20, sockets: sockets + 16 } })

function openMembers(kernel: CoreKernel, protocol: number, count: number): Socket[] {
  const task = kernel.spawn()
  return Array.from({ length: count }, () => {
    const member = task.socket(AF_NETLINK, SOCK_RAW, protocol)
    member.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, QUEUE_BYTES)
    member.bind({})
    member.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
    return member
  })
}

function drain(members: readonly Socket[], length: number, messages = MESSAGES): void {
  const buffer = new Uint8Array(length)
  for (const member of members) repeat(messages, () => check(member.recv(buffer) === length, 'recv'))
}

function drainInPlace(members: readonly Socket[]): void {
  for (const member of members) check(member.drain(() => {}) === MESSAGES, 'drain')
}

function isNearlyFull(member: Socket): boolean {
  const words = new Uint32Array(Uint8Array.from(member.getsockopt(SOL_SOCKET, SO_MEMINFO, 36) as Uint8Array).buffer)
  const [rmem, rcvbuf] = words as unknown as [number, number]
  return rmem > rcvbuf * 0.97
}

function repeat(times: number, act: () => void): void {
  for (let i = 0; i < times; i++) act()
}
