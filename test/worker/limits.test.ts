// What one connection may have, each limit reached; and that a greedy client leaves the others what they need.
import { describe, expect, test } from 'vitest'
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  SO_RCVBUF,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { DEFAULT_SERVE_LIMITS } from '../../src/worker/index.js'
import { serve } from '../../src/worker/serve.js'
import { connectorSocket, failureOf, makeWorld, userSocket } from './world.js'

describe('limits', () => {
  test('of sockets: EMFILE, and a closed one makes room', async () => {
    const { kernel, client } = makeWorld()
    const { remote } = await client({ limits: { sockets: 2 } })
    const [first] = [await userSocket(remote), await userSocket(remote)]
    expect(await failureOf(userSocket(remote))).toMatchObject({ code: 'EMFILE', errno: -24, syscall: 'socket' })
    expect(kernel.stats().sockets).toBe(2)
    await first.close()
    await userSocket(remote)
  })

  test('of receive buffers: ENOBUFS, and nothing has changed', async () => {
    const { kernel, client } = makeWorld()
    const { remote, served } = await client({ limits: { receiveBytes: 500_000 } })
    const socket = await userSocket(remote)
    await userSocket(remote)
    expect(await failureOf(userSocket(remote))).toMatchObject({ code: 'ENOBUFS', syscall: 'socket' })
    expect(kernel.stats().sockets).toBe(2)
    expect(await failureOf(socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 200_000))).toMatchObject({ code: 'ENOBUFS' })
    expect(await socket.getsockopt(SOL_SOCKET, SO_RCVBUF)).toBe(212992)
    await socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 5000)
    expect(served.usage.receiveBytes).toBe(212992 + 10_000)
    await userSocket(remote)
  })

  test('of memberships: ENOBUFS, whichever way they are asked for', async () => {
    const { client } = makeWorld()
    const { remote, served } = await client({ limits: { memberships: 4 } })
    const [one, two] = [await connectorSocket(remote), await connectorSocket(remote)]
    // Odd ones: Linux takes the number of a group for bits here, and refuses even ones to those without CAP_NET_ADMIN.
    await one.bind({ nl_groups: 0b10101 })
    await one.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 71)
    await one.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 71)
    expect(served.usage.memberships).toBe(4)
    expect(await failureOf(two.bind({ nl_groups: 1 }))).toMatchObject({ code: 'ENOBUFS', syscall: 'bind' })
    const group = Uint8Array.of(73, 0, 0, 0)
    expect(await failureOf(two.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group))).toMatchObject({
      code: 'ENOBUFS',
    })
    await one.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, 71)
    await two.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    await one.close()
    expect(served.usage.memberships).toBe(1)
  })

  test('of callbacks: -ENOMEM', async () => {
    const { kernel, client } = makeWorld()
    const { remote } = await client({ callbacks: true, limits: { callbacks: 1 } })
    const before = kernel.stats().callbacks
    const add = (val: number) => remote.cn_add_callback({ idx: 5, val }, 'limit', () => {})
    expect([await add(1), await add(2)]).toEqual([0, -12])
    expect(await remote.cn_del_callback({ idx: 5, val: 1 })).toBe(0)
    expect(await add(2)).toBe(0)
    expect(kernel.stats().callbacks).toBe(before + 1)
  })

  test.each([
    [{ limits: { sockets: -1 } }, RangeError],
    [{ limits: { calls: 0 } }, RangeError],
    [{ limits: { callBytes: 2000, bytesInFlight: 1999 } }, RangeError],
    [{ limits: { unknown: 1 } }, TypeError],
    [{ limits: { calls: '1' } }, TypeError],
    [{ heartbeat: -1 }, RangeError],
    [{ callbacks: 1 }, TypeError],
    [{ caps: ['CAP_NONE'] }, RangeError],
    [{ onError: 1 }, TypeError],
  ])('%j is refused, and no task is made', (options, error) => {
    const { kernel } = makeWorld()
    const port = { postMessage() {}, on() {}, off() {} }
    expect(() => serve(kernel, port, options as never)).toThrow(error)
    expect(() => serve(kernel, {} as never)).toThrow(TypeError)
    expect(kernel.tasks()).toEqual([])
  })
})

describe('a greedy client', () => {
  test.each([100, 4000, 60_000, 150_000])(
    'that fills all its sockets with %i bytes a message harms nobody',
    async (size) => {
      const { kernel, client } = makeWorld()
      const [greedy, modest] = [await client(), await client()]
      for (let port = 70; ; port++) {
        const socket = await userSocket(greedy.remote).catch(() => undefined)
        if (socket === undefined) break
        await socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 1 << 30).catch(() => undefined)
        await socket.bind({ nl_pid: port })
        for (let full = false; !full; ) {
          full = await socket.sendto(new Uint8Array(size), 0, { nl_pid: port }).then(
            () => false,
            () => true,
          )
        }
      }
      const { used, total } = kernel.stats().memory
      expect(used).toBeGreaterThan(300_000)
      expect(used).toBeLessThan(total * 0.75)
      expect(greedy.served.usage.receiveBytes).toBeLessThanOrEqual(DEFAULT_SERVE_LIMITS.receiveBytes)
      const [from, to] = [await userSocket(modest.remote), await userSocket(modest.remote)]
      await to.bind({ nl_pid: 7 })
      expect(await from.sendto(new Uint8Array(50_000), 0, { nl_pid: 7 })).toBe(50_000)
      expect((await to.receive())[0]?.data.length).toBe(50_000)
      greedy.remote.close()
      await greedy.served.ended
      expect(kernel.stats().memory.used).toBeLessThan(10_000)
    },
  )
})
