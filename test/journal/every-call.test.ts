// One history that makes every call of the door that a journal can have, and the table of these calls.
import { expect, test } from 'vitest'
import type { Kernel, KernelSocket, NlmsgView, SkBuff, Socket } from '../../src/api.js'
import { boot } from '../../src/index.js'
import { CALL_NAMES, OPCODES } from '../../src/machine/abi.generated.js'
import { checksum } from '../../src/machine/checksum.js'
import { argumentNames, callName } from '../../src/machine/journal/call-names.js'
import { CALLS, DOOR_DIGEST } from '../../src/machine/journal/calls.js'
import { ENTER } from '../../src/machine/journal/records.js'
import * as uapi from '../../src/uapi/index.js'
import { readText } from '../support/files.js'
import { callsOf, expectReplays } from './support.js'

const UNIT = 20
const LONG = 20_000
/** The debug build has copies of what is built in place, and sends these. */
const NOT_MADE = process.env.KERNEL_BUILD === 'debug' ? ['send_reserved'] : []
const REQUEST = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST | uapi.NLM_F_ACK, nlmsg_seq: 1, nlmsg_pid: 0 }

/** What a call gives; a failure is as good here. */
function attempt(call: () => unknown): void {
  try {
    call()
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SystemError') throw error
  }
}

function tasks(kernel: Kernel): void {
  const task = kernel.spawn({ comm: 'parent', netns: 'other' })
  const child = task.fork()
  const thread = child.thread()
  task.ptrace('attach', child)
  task.ptrace('detach', child)
  child.exec('another')
  child.setcomm('third')
  child.setresuid(5, 5, 5)
  attempt(() => child.setresgid(5, 5, 5))
  attempt(() => child.setsid())
  task.setcaps(['CAP_NET_ADMIN'])
  task.sched_setaffinity(3)
  attempt(() => task.unshare(0x40000000))
  thread.exit()
  child.kill(11)
  task.exit(3)
}

function sockets(kernel: Kernel, member: Socket): void {
  const task = kernel.spawn()
  const from = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  const to = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  to.bind({ nl_pid: 7, nl_groups: 1 })
  from.connect({ nl_pid: 7 })
  const listening = to.onMessage(() => {})
  from.send(new Uint8Array(6))
  listening[Symbol.dispose]()
  expect(from.getpeername().nl_pid).toBe(7)
  expect(to.getsockname().nl_pid).toBe(7)
  for (const length of [1, 2, 3, 4, 5, 300, LONG]) {
    const data = new Uint8Array(length).map((_, at) => at * 7)
    from.send(data)
    const got = new Uint8Array(length)
    expect(to.recv(got)).toBe(length)
    expect(Buffer.from(got).equals(Buffer.from(data))).toBe(true)
    from.reserve(length).bytes.set(data)
    from.commit()
    expect(Buffer.from(to.peek()?.bytes ?? []).equals(Buffer.from(data))).toBe(true)
    to.release()
    from.send(data)
    expect(to.drain(() => from.send(data), 1)).toBe(1)
    expect(to.drain(() => {})).toBe(1)
  }
  const credentials = new Uint8Array(new Uint32Array([task.pid, 0, 0]).buffer)
  const control = [{ level: uapi.SOL_SOCKET, type: uapi.SCM_CREDENTIALS, data: credentials }]
  from.sendmsg({ iov: [new Uint8Array(9)], control })
  from.sendmsg({ iov: [new Uint8Array(LONG)], control })
  to.setsockopt(uapi.SOL_SOCKET, uapi.SO_ATTACH_FILTER, { filter: [[6, 0, 0, 0xffff]] })
  to.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVTIMEO, new Uint8Array(16).fill(1, 0, 1))
  to.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUF, 8000)
  to.getsockopt(uapi.SOL_SOCKET, uapi.SO_ERROR)
  to.poll(uapi.POLLIN)
  kernel.faults.overrun(member)
  kernel.faults.failslab({ probability: 0, interval: 2 })
  kernel.memoryPressure = 'low'
  kernel.memoryPressure = 'none'
}

function connector(kernel: Kernel): void {
  const id = { idx: 3, val: 1 }
  const watch = { idx: [{ first: 3, range: 1 }], val: [{ first: 0, range: 9 }] }
  kernel.requestNotification({ ...watch, group: 4 }, () => {})
  kernel.cn_add_callback(id, 'driver', (msg) => kernel.printk(`driver got ${msg.len}`))
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  socket.bind({ nl_pid: 9, nl_groups: 4 })
  socket.send(uapi.encodeConnectorMessage({ id, data: new Uint8Array(11) }))
  kernel.cn_netlink_send({ id, data: new Uint8Array(3) }, 0, 3, uapi.GFP_KERNEL)
  kernel.cn_netlink_send({ id, data: new Uint8Array(LONG) }, 9, 0, uapi.GFP_KERNEL)
  kernel.cn_netlink_send_mult({ id, data: new Uint8Array(10) }, 14, 9, 0, uapi.GFP_KERNEL)
  kernel.cn_del_callback(id)
  kernel.requestNotification({ ...watch, group: 0 })
}

function replayedEvents(kernel: Kernel): void {
  const listener = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  listener.bind({ nl_groups: 1 })
  listener.send(uapi.encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: Uint8Array.of(1, 0, 0, 0) }))
  kernel.spawn().fork()
  const event = new Uint8Array(200)
  const length = listener.recv(event)
  const second = listener.recv(event)
  const stream = new Uint8Array(4 + second)
  new DataView(stream.buffer).setUint32(0, second, true)
  stream.set(event.subarray(0, second), 4)
  expect(length).toBeGreaterThan(0)
  kernel.loadProcEvents(stream)
  kernel.clock.advance(1)
  expect(listener.recv(event)).toBe(second)
}

function answers(kernel: Kernel, ksock: KernelSocket, skb: SkBuff): void {
  kernel.netlink_rcv_skb(skb, (_, nlh: NlmsgView, extack) => {
    extack._msg = 'a text'
    extack.cookie = new Uint8Array(5).fill(9)
    extack.policy = new Uint8Array(8)
    if (nlh.nlmsg_seq !== 2 && nlh.nlmsg_seq !== 3) return -uapi.EINVAL
    let left = 3
    return kernel.netlink_dump_start(ksock, skb, nlh, {
      start: () => (nlh.nlmsg_seq === 3 ? -uapi.EPERM : 0),
      dump: (part, { portid, seq }) => {
        if (left-- === 0) return 0
        part.nlmsg_put(portid, seq, 30, new Uint8Array(1001).fill(left), uapi.NLM_F_MULTI)
        return part.len
      },
    })
  })
}

function kernelSockets(kernel: Kernel): void {
  kernel.netlink_register_notifier(() => {})
  const ksock: KernelSocket = kernel.netlink_kernel_create(UNIT, {
    input: (skb) => answers(kernel, ksock, skb),
    bind: () => 0,
    unbind: () => {},
  }) as KernelSocket
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, UNIT)
  socket.bind({ nl_pid: 30, nl_groups: 1 })
  socket.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_EXT_ACK, 1)
  for (const nlmsg_seq of [1, 3, 2]) socket.send(uapi.encodeNlmsg({ ...REQUEST, nlmsg_seq }, new Uint8Array(6)))
  for (let n = 0; n < 6; n++) attempt(() => socket.recv(new Uint8Array(6000)))
  for (const length of [5, LONG]) {
    kernel.netlink_unicast(ksock, new Uint8Array(length).fill(1), 30, true)
    kernel.netlink_broadcast(ksock, new Uint8Array(length).fill(2), 0, 1, uapi.GFP_KERNEL)
    kernel.nlmsg_notify(ksock, new Uint8Array(length).fill(3), 30, 1, true, uapi.GFP_KERNEL)
    kernel.netlink_broadcast_filtered(ksock, new Uint8Array(length).fill(4), 0, 1, uapi.GFP_KERNEL, () => false)
  }
  kernel.netlink_has_listeners(ksock, 1)
  kernel.netlink_set_err(ksock, 0, 1, -uapi.EPERM)
  kernel.__netlink_clear_multicast_users(ksock, 1)
  socket.close()
  kernel.netlink_kernel_release(ksock)
}

async function waiting(kernel: Kernel, member: Socket): Promise<void> {
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  socket.bind({ nl_pid: 55 })
  const readable = socket.readable()
  socket.sendto(new Uint8Array(1), 0, { nl_pid: 55 })
  await readable
  await expect(member.readable({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  const timer = kernel.timer_setup(() => kernel.printk('tick'))
  kernel.mod_timer(timer, 5)
  kernel.mod_timer(timer, 7)
  kernel.del_timer(timer)
  kernel.mod_timer(timer, 9)
  kernel.clock.advance(20)
}

async function scheduled(): Promise<string[]> {
  const kernel = boot({ journal: true, profile: 'LINUX_2_6_14' })
  const id = { idx: 3, val: 1 }
  kernel.cn_add_callback(id, 'driver', () => {})
  const task = kernel.spawn()
  await kernel.run(task, async (own) => {
    const socket = own.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
    socket.send(uapi.encodeConnectorMessage({ id }))
  })
  await kernel.schedule.idle()
  return callsOf(expectReplays(kernel))
}

test('every call that a journal can have, in journals that replay', async () => {
  const kernel = boot({ journal: true, seed: 12 })
  const member = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  member.bind({ nl_groups: 1 })
  kernel.faults.add({ action: 'drop', probability: 0.5, when: { protocol: 31 } })
  kernel.faults.add({ action: 'drop', probability: 0.001 })
  kernel.insmod({ name: 'module', init: () => 0 })
  kernel.rmmod('module')
  kernel.random()
  tasks(kernel)
  sockets(kernel, member)
  connector(kernel)
  replayedEvents(kernel)
  kernelSockets(kernel)
  await waiting(kernel, member)
  const journal = expectReplays(kernel)
  const named = (lines: string[]) => lines.map((line) => line.slice(0, line.indexOf('(')))
  const made = new Set([...named(callsOf(journal)), ...named(await scheduled())])
  const possible = CALLS.flatMap((call) => (call === undefined ? [] : [callName(call) as string]))
  expect(possible.filter((name) => !made.has(name))).toEqual(NOT_MADE)
})

test('the table of calls has the arguments of the door', () => {
  const door = readText('src/machine/abi.generated.ts')
  const counts = [...door.matchAll(/^ {2}(\w+)\(([^)]*)\): \w+$/gm)].map(
    ([, name = '', params = '']) => [name, params === '' ? 0 : params.split(',').length] as const,
  )
  expect(counts.map(([name]) => name)).toEqual(CALL_NAMES.split(' '))
  const arguments_ = new Map(counts)
  for (const call of CALLS) {
    if (call === undefined) continue
    const name = callName(call)
    expect([name, call.count]).toEqual([name, arguments_.get(name)])
    expect([name, argumentNames(call).length]).toEqual([name, call.count])
    expect([name, call.opcode]).toEqual([name, OPCODES[name.toUpperCase() as keyof typeof OPCODES]])
    expect(call.member).toBe(name)
  }
})

test('the digest is that of the calls: journals of another door are not understood', () => {
  const text = CALLS.map((call) => (call === undefined ? '' : `${call.opcode} ${callName(call)}(${call.count})`)).join()
  const [digest] = checksum(Uint32Array.from(text, (letter) => letter.charCodeAt(0)))
  expect(`0x${DOOR_DIGEST.toString(16)}`).toBe(`0x${digest.toString(16)}`)
})

test('no call has the number of another kind of record', () => {
  expect(CALL_NAMES.split(' ').length).toBeLessThan(ENTER)
})
