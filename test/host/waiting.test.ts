// Waiting on the machine's own sockets: in the event loop, with an end by signal, by close, by time.

import { performance } from 'node:perf_hooks'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Socket, Task } from '../../src/api.js'
import { AF_NETLINK, NETLINK_USERSOCK, SO_RCVBUF, SO_RCVTIMEO, SOCK_RAW, SOL_SOCKET } from '../../src/uapi/index.js'
import { isolatedTask, titled, whyNot } from './here.js'

const root = whyNot === undefined && process.getuid?.() === 0

describe.skipIf(whyNot)(titled("waiting for the machine's own kernel"), () => {
  let task: Task
  beforeAll(() => {
    task = isolatedTask()
  })

  function pair(): [from: Socket, to: Socket, port: number] {
    const [from, to] = [
      task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK),
      task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK),
    ]
    to.bind({})
    return [from, to, to.getsockname().nl_pid]
  }

  test('the event loop goes on, and has nothing to do', async () => {
    const [from, to, port] = pair()
    let turns = 0
    const timer = setInterval(() => turns++, 2)
    const before = performance.eventLoopUtilization()
    setTimeout(() => from.sendto(new Uint8Array(3), 0, { nl_pid: port }), 200)
    await to.readable()
    const { utilization } = performance.eventLoopUtilization(before)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(10)
    expect(utilization).toBeLessThan(0.8)
    expect(to.recv(new Uint8Array(8))).toBe(3)
  })

  test('is over at once if there is something', async () => {
    const [from, to, port] = pair()
    from.sendto(new Uint8Array(1), 0, { nl_pid: port })
    await Promise.all([to.readable(), to.readable()])
  })

  test('all who wait are told, and may wait again', async () => {
    const [from, to, port] = pair()
    for (let round = 0; round < 3; round++) {
      const waiting = [to.readable(), to.readable(), to.readable()]
      from.sendto(new Uint8Array(1), 0, { nl_pid: port })
      await Promise.all(waiting)
      to.recv(new Uint8Array(8))
    }
  })

  test('ends by a signal, by close, after SO_RCVTIMEO', async () => {
    const [, to] = pair()
    const reason = new Error('enough')
    await expect(to.readable({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 10)
    await expect(to.readable({ signal: controller.signal })).rejects.toBe(reason)
    to.setsockopt(SOL_SOCKET, SO_RCVTIMEO, new Uint8Array(new BigInt64Array([0n, 20_000n]).buffer))
    await expect(to.readable()).rejects.toMatchObject({ code: 'EAGAIN', syscall: 'recvmsg' })
    to.setsockopt(SOL_SOCKET, SO_RCVTIMEO, new Uint8Array(16))
    setTimeout(() => to.close(), 10)
    await expect(to.readable()).rejects.toMatchObject({ code: 'EBADF' })
    await expect(to.readable()).rejects.toMatchObject({ code: 'EBADF' })
  })

  test('a loop gets every datagram, whatever its size, and ends with the socket', async () => {
    const [from, to, port] = pair()
    const sizes = [1, 70_000, 3, 200_000]
    const send = (at: number) => {
      const size = sizes[at]
      if (size === undefined) return void to.close()
      from.sendto(new Uint8Array(size).fill(at), 0, { nl_pid: port })
      setTimeout(send, 2, at + 1)
    }
    setTimeout(send, 2, 0)
    const got: number[] = []
    for await (const { data, name } of to) {
      expect(name.nl_pid).toBe(from.getsockname().nl_pid)
      expect(data.at(-1)).toBe(got.length)
      got.push(data.length)
    }
    expect(got).toEqual(sizes)
  })

  test.skipIf(!root)(
    `a loss wakes who waits, and ends the loop once${root ? '' : ' (SKIPPED: needs root)'}`,
    async () => {
      const [from, to] = pair()
      to.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
      to.bind({ nl_pid: to.getsockname().nl_pid, nl_groups: 1 })
      setTimeout(() => {
        for (let i = 0; i < 8; i++) {
          try {
            from.sendto(Uint8Array.of(i), 0, { nl_groups: 1 })
          } catch {
            // Nobody has port 0: that is what the result of such a send tells.
          }
        }
      }, 10)
      const read = async () => {
        for await (const { data } of to) seen.push(data[0] ?? -1)
      }
      const seen: number[] = []
      await expect(read()).rejects.toMatchObject({ code: 'ENOBUFS' })
      await to.readable()
      expect(to.recv(new Uint8Array(1))).toBe(1)
      to.close()
    },
  )
})
