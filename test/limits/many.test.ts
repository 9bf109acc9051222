// The sizes that the package promises: 100,000 sockets and 10,000 callbacks in one kernel; a default machine in 4 MiB.
import { expect, test } from 'vitest'
import { type CnMsg, encodeConnectorMessage, GFP_KERNEL } from '../../src/index.js'
import { Machine } from '../../src/machine/index.js'
import { type Core, withCore } from '../core/core.js'
import { boot } from '../support/kernels.js'
import { open } from './world.js'

const MIB = 1024 * 1024

test('100,000 sockets, each bound, each a member of a group, each gets its message', () => {
  const SOCKETS = 100_000
  const kernel = boot({ limits: { memory: 128 * MIB, sockets: SOCKETS } })
  const task = kernel.spawn()
  const sockets = Array.from({ length: SOCKETS }, () => open(task))
  for (const [index, socket] of sockets.entries()) socket.bind({ nl_pid: index + 1, nl_groups: 1 })
  expect(() => open(task)).toThrow(expect.objectContaining({ code: 'ENFILE' }))
  expect(kernel.cn_netlink_send({ id: { idx: 1, val: 9 }, seq: 7 }, 1, GFP_KERNEL)).toBe(0)
  const room = new Uint8Array(64)
  let delivered = 0
  for (const socket of sockets) if (socket.recv(room) === 36 && room[24] === 7) delivered++
  expect(delivered).toBe(SOCKETS)
  for (let port = 1; port <= SOCKETS; port += 997)
    expect(kernel.cn_netlink_send({ id: { idx: 1, val: 9 } }, port, 0, GFP_KERNEL)).toBe(36)
})

test('10,000 callbacks, each gets the messages for its id and no other', () => {
  const CALLBACKS = 10_000
  const kernel = boot({ limits: { callbacks: CALLBACKS } })
  const got = new Uint32Array(CALLBACKS)
  for (let i = 0; i < CALLBACKS; i++) {
    const id = { idx: 1000 + (i >>> 4), val: i & 15 }
    const take = (msg: CnMsg) => {
      if (msg.seq === i) got[i]!++
    }
    expect(kernel.cn_add_callback(id, `callback ${i}`, take)).toBe(0)
  }
  const socket = open(kernel.spawn())
  for (let i = 0; i < CALLBACKS; i++)
    socket.send(encodeConnectorMessage({ id: { idx: 1000 + (i >>> 4), val: i & 15 }, seq: i }))
  expect(got.every((count) => count === 1)).toBe(true)
  expect(kernel.procfs.read('/proc/net/connector').split('\n')).toHaveLength(CALLBACKS + 4)
})

test('a default machine takes at most 4 MiB, all of it fixed at boot', () => {
  withCore({}, ({ machine }: Core) => {
    expect(machine).toBeInstanceOf(Machine)
    expect(machine.words.byteLength).toBeLessThanOrEqual(4 * MIB)
  })
})

test('the least machine that boots works', () => {
  const kernel = boot({ limits: { memory: 131_072 } })
  const task = kernel.spawn()
  const socket = open(task)
  socket.bind({ nl_pid: 3 })
  expect(kernel.cn_netlink_send({ id: { idx: 1, val: 9 } }, 3, 0, GFP_KERNEL)).toBe(36)
  expect(socket.recv(new Uint8Array(64))).toBe(36)
})
