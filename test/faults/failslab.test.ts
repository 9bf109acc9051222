// Linux's knobs of allocation failures, and overruns to order.
import { expect, test } from 'vitest'
import { boot, type Failslab, GFP_KERNEL, POLLERR, POLLIN, SO_ERROR, SOL_SOCKET } from '../../src/index.js'
import { answer, bound, onConnector, received } from './scene.js'

/** Sends until it has been tried so often: which of the tries failed. */
function failures(knobs: Partial<Failslab>, tries: number, seed = 1): number[] {
  const kernel = boot({ seed })
  const [from, to] = [bound(kernel, 7), bound(kernel, 8)]
  // What the first send allocates beside its message is there already.
  from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })
  received(to)
  kernel.faults.failslab(knobs)
  const failed: number[] = []
  for (let n = 1; n <= tries; n++) {
    if (answer(() => from.sendto(Uint8Array.of(1), 0, { nl_pid: 8 })) === 'ENOBUFS') failed.push(n)
    received(to)
  }
  expect([kernel.faults.failed, kernel.faults.allocations]).toEqual([failed.length, tries])
  return failed
}

test('probability 100 with the knobs as at boot: one failure', () => {
  expect(failures({ probability: 100 }, 5)).toEqual([1])
})

test('interval: every third; times: how often at most, -1 without end', () => {
  expect(failures({ probability: 100, interval: 3, times: 2 }, 12)).toEqual([3, 6])
  expect(failures({ probability: 100, interval: 3, times: -1 }, 12)).toEqual([3, 6, 9, 12])
  expect(failures({ probability: 100, times: 0 }, 5)).toEqual([])
})

test('space: so many bytes are given first', () => {
  const [first] = failures({ probability: 100, times: 1, space: 1000 }, 20) as [number]
  expect(first).toBeGreaterThan(3)
  const [later] = failures({ probability: 100, times: 1, space: 2000 }, 40) as [number]
  expect(later).toBeGreaterThan(first)
})

test('probability in percent, from the generator of faults', () => {
  const some = failures({ probability: 30, times: -1 }, 300)
  expect(some.length).toBeGreaterThan(50)
  expect(some.length).toBeLessThan(140)
  expect(failures({ probability: 30, times: -1 }, 300)).toEqual(some)
  expect(failures({ probability: 30, times: -1 }, 300, 2)).not.toEqual(some)
})

test('knobs left out are as at boot, and clear() turns all off', () => {
  const kernel = boot()
  kernel.faults.failslab({ probability: 100, interval: 5, times: -1 })
  kernel.faults.failslab({ probability: 100 })
  expect([kernel.spawn, kernel.spawn].map((spawn) => answer(() => spawn.call(kernel) && 'ok'))).toEqual([
    'ENOMEM',
    'ok',
  ])
  kernel.faults.failslab({ probability: 100, times: -1 })
  kernel.faults.clear()
  expect(answer(() => kernel.spawn() && 'ok')).toBe('ok')
})

test.each([
  ['probability', 101, RangeError],
  ['probability', -1, RangeError],
  ['probability', 0.5, RangeError],
  ['interval', 0, RangeError],
  ['times', -2, RangeError],
  ['space', 2 ** 32, RangeError],
  ['times', '1', TypeError],
  ['taskfilter', 1, TypeError],
])('%s: %j is refused', (name, value, error) => {
  const set = () => boot().faults.failslab({ [name]: value } as Partial<Failslab>)
  expect(set).toThrow(error)
  expect(set).toThrow(name)
})

test('overrun(): as if a message had been lost', () => {
  const kernel = boot()
  const socket = onConnector(kernel, 7, 1)
  kernel.cn_netlink_send({ id: { idx: 1, val: 2 } }, 0, 1, GFP_KERNEL)
  kernel.faults.overrun(socket)
  expect(socket.poll(POLLIN | POLLERR)).toBe(POLLIN | POLLERR)
  kernel.cn_netlink_send({ id: { idx: 1, val: 2 } }, 0, 1, GFP_KERNEL)
  expect(kernel.inspect().sockets[0]).toMatchObject({ drops: 2, congested: true, error: 105 })
  expect(received(socket)).toEqual(['ENOBUFS', 36])
  expect([socket.getsockopt(SOL_SOCKET, SO_ERROR), kernel.inspect().sockets[0]?.congested]).toEqual([0, false])
})

test('overrun() wakes who waits for the socket', async () => {
  const kernel = boot()
  const socket = onConnector(kernel, 7)
  const waiting = socket.readable()
  kernel.faults.overrun(socket)
  await waiting
  expect(answer(() => socket.recv(new Uint8Array(1)))).toBe('ENOBUFS')
})

test('overrun() takes an open socket of this kernel', () => {
  const kernel = boot()
  const socket = onConnector(kernel, 7)
  expect(() => boot().faults.overrun(socket)).toThrow(TypeError)
  expect(() => kernel.faults.overrun({} as never)).toThrow(TypeError)
  socket.close()
  expect(answer(() => kernel.faults.overrun(socket))).toBe('EBADF')
})
