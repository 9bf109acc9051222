// The sizes that the package promises at most: a million sockets, 100,000 listeners of a group, a million callbacks, each in one
// kernel. On the release build alone: what the debug build looks at in each call makes millions of them long.
import { describe, expect, test } from 'vitest'
import { AF_NETLINK, ENOMEM, encodeConnectorMessage, GFP_KERNEL, NETLINK_USERSOCK, SOCK_RAW } from '../../src/index.js'
import { open, outcome } from '../limits/world.js'
import { boot } from '../support/kernels.js'

const MIB = 2 ** 20
const MILLION = 1_000_000
const LISTENERS = 100_000
const SAMPLE = 20_000
/** Milliseconds: a busy machine is no failure. */
const PATIENCE = 180_000
/** Numbers below `count`, every one of them once, in no order: the step has no factor in common with 10. */
const scattered = (index: number, count: number) => (index * 617_717) % count

describe.runIf(process.env.KERNEL_BUILD === 'release')('in one kernel', { timeout: PATIENCE }, () => {
  test.each([1, 1000])('1,000,000 sockets of %i tasks send to each other, and nothing is left', (owners) => {
    const kernel = boot({ limits: { memory: 128 * MIB, sockets: MILLION } })
    const empty = kernel.stats().memory.used
    const tasks = Array.from({ length: owners }, () => kernel.spawn())
    const sockets = Array.from({ length: MILLION }, (_, index) =>
      tasks[index % owners]!.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK),
    )
    expect(outcome(() => open(tasks[0]!))).toBe('ENFILE')
    for (const [index, socket] of sockets.entries()) socket.bind({ nl_pid: index + 1 })
    const message = new Uint8Array(4)
    const room = new Uint8Array(8)
    let arrived = 0
    for (let turn = 0; turn < SAMPLE; turn++) {
      const receiver = scattered(turn, MILLION)
      new DataView(message.buffer).setUint32(0, receiver)
      sockets[scattered(turn + SAMPLE, MILLION)]!.sendto(message, 0, { nl_pid: receiver + 1 })
      sockets[receiver]!.recv(room)
      if (new DataView(room.buffer).getUint32(0) === receiver) arrived++
    }
    expect(arrived).toBe(SAMPLE)
    expect(kernel.stats().sockets).toBe(MILLION)
    for (let index = 0; index < MILLION / 2; index++) sockets[scattered(index, MILLION)]!.close()
    for (const task of tasks) task.exit()
    expect(kernel.stats().sockets).toBe(0)
    expect(kernel.stats().memory.used).toBe(empty)
  })

  test('100,000 listeners of one group all get what is sent to it, whoever leaves', () => {
    const kernel = boot({ limits: { memory: 64 * MIB, sockets: LISTENERS } })
    const empty = kernel.stats().memory.used
    const task = kernel.spawn()
    const sockets = Array.from({ length: LISTENERS }, () => open(task))
    for (const socket of sockets) socket.bind({ nl_groups: 1 })
    const room = new Uint8Array(64)
    const heard = (list: typeof sockets) => list.filter((socket) => outcome(() => socket.recv(room)) === 36).length
    const send = () => kernel.cn_netlink_send({ id: { idx: 1, val: 9 } }, 1, GFP_KERNEL)
    expect(send()).toBe(0)
    expect(heard(sockets)).toBe(LISTENERS)
    const left = sockets.filter((_, index) => scattered(index, LISTENERS) < LISTENERS / 2)
    for (const socket of left) socket.close()
    expect(send()).toBe(0)
    expect(heard(sockets.filter((socket) => !socket.closed))).toBe(LISTENERS - left.length)
    task.exit()
    expect(kernel.stats().groups).toBe(0)
    expect(kernel.stats().memory.used).toBe(empty)
  })

  test('1,000,000 callbacks get their own messages, and are listed in the order of their registration', () => {
    const kernel = boot({ limits: { memory: 128 * MIB, callbacks: MILLION } })
    const own = kernel.stats()
    const idOf = (index: number) => ({ idx: 1000 + (index >>> 10), val: index & 1023 })
    let added = 0
    for (let index = 0; index < MILLION; index++)
      if (kernel.cn_add_callback(idOf(index), 'one', () => {}) === 0) added++
    expect(added).toBe(MILLION)
    expect(kernel.cn_add_callback({ idx: 1, val: 9 }, 'one', () => {})).toBe(-ENOMEM)
    let last = -1
    for (let turn = 0; turn < SAMPLE; turn++) {
      const index = scattered(turn, MILLION)
      kernel.cn_del_callback(idOf(index))
      kernel.cn_add_callback(idOf(index), 'one', () => {
        last = index
      })
    }
    const socket = open(kernel.spawn())
    let right = 0
    for (let turn = 0; turn < SAMPLE; turn++) {
      const index = scattered(turn, MILLION)
      socket.send(encodeConnectorMessage({ id: idOf(index), seq: 0 }))
      if (last === index) right++
    }
    expect(right).toBe(SAMPLE)
    const lines = kernel.procfs.read('/proc/net/connector').trimEnd().split('\n')
    expect(lines.length).toBe(1 + own.callbacks + MILLION)
    // Those that were added anew stand last.
    const { idx, val } = idOf(scattered(SAMPLE - 1, MILLION))
    expect(lines.at(-1)).toBe(`one             ${idx}:${val}`)
    expect(lines.at(-SAMPLE - 1)).toBe('one             1976:575')
    for (let index = 0; index < MILLION; index++) kernel.cn_del_callback(idOf(scattered(index, MILLION)))
    expect(kernel.stats().callbacks).toBe(own.callbacks)
    socket.close()
    expect(kernel.halt()).toBe(0)
  })

  test('a machine of 100,000 sockets goes back in time, and is the same in another one', () => {
    const kernel = boot({ limits: { memory: 32 * MIB, sockets: LISTENERS } })
    const task = kernel.spawn()
    const sockets = Array.from({ length: 100_000 }, () => open(task))
    for (const socket of sockets) socket.bind({})
    const snapshot = kernel.snapshot()
    const hash = kernel.stateHash()
    expect(snapshot.stateHash).toBe(hash)
    task.exit()
    expect(kernel.stateHash()).not.toBe(hash)
    kernel.rewind(snapshot)
    expect(kernel.stateHash()).toBe(hash)
    sockets[scattered(7, 100_000)]!.close()
    expect(kernel.stats().sockets).toBe(99_999)
  })
})

test('where memory ends before the limit, opening says ENOBUFS, and what is open works on', () => {
  const kernel = boot({ limits: { memory: MIB, sockets: MILLION } })
  const task = kernel.spawn()
  const sockets = []
  let failure: unknown
  for (;;) {
    failure = outcome(() => sockets.push(open(task)))
    if (typeof failure === 'string') break
  }
  expect(failure).toBe('ENOBUFS')
  expect(sockets.length).toBeGreaterThan(10_000)
  task.exit()
  expect(kernel.spawn().alive).toBe(true)
})
