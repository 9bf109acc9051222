// How a connection ends, and what is left of it: nothing.
import { MessageChannel, Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'
import { connect, serve } from '../../src/worker/index.js'
import { connectorSocket, failureOf, makeWorld, settle, userSocket } from './world.js'

/** A client with two sockets, a callback, a call that waits, and what the kernel says about it. */
async function makeBusy() {
  const world = makeWorld()
  const client = await world.client({ callbacks: true })
  const before = world.kernel.stats().callbacks
  const [socket] = [await userSocket(client.remote), await connectorSocket(client.remote)]
  await socket.bind({ nl_pid: 70 })
  await client.remote.cn_add_callback({ idx: 5, val: 1 }, 'busy', () => {})
  const waiting = failureOf(socket.receive())
  await settle()
  const counts = () => {
    const { sockets, tasks, callbacks } = world.kernel.stats()
    return [sockets, tasks, callbacks - before]
  }
  expect(counts()).toEqual([2, 1, 1])
  return { ...world, ...client, socket, waiting, counts }
}

describe('a connection ends', () => {
  test('when the client closes it', async () => {
    const { remote, served, socket, waiting, counts, kernel } = await makeBusy()
    remote.close()
    expect(remote.closed).toBe(true)
    expect(await waiting).toMatchObject({ code: 'ECONNRESET', syscall: 'recvmsg' })
    expect(await failureOf(socket.poll(1))).toMatchObject({ code: 'ECONNRESET', syscall: 'poll' })
    expect(await failureOf(userSocket(remote))).toMatchObject({ code: 'ECONNRESET' })
    expect([await remote.ended, await served.ended]).toEqual(['closed', 'closed'])
    expect(counts()).toEqual([0, 0, 0])
    // The port is free for another.
    kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK).bind({ nl_pid: 70 })
    remote.close()
  })

  test('when the serving end closes it', async () => {
    const { remote, served, waiting, counts } = await makeBusy()
    served.close()
    expect(counts()).toEqual([0, 0, 0])
    expect([await remote.ended, await served.ended]).toEqual(['served', 'served'])
    expect(await waiting).toMatchObject({ code: 'ECONNRESET' })
    expect(remote.closed).toBe(true)
  })

  test('when the port is closed without a word', async () => {
    const { kernel } = makeWorld()
    const { port1, port2 } = new MessageChannel()
    const served = serve(kernel, port1)
    const remote = await connect(port2)
    await userSocket(remote)
    expect(kernel.stats().sockets).toBe(1)
    port2.close()
    expect(await served.ended).toBe('gone')
    expect(await remote.ended).toBe('gone')
    expect(kernel.stats()).toMatchObject({ sockets: 0, tasks: 0 })
  })

  test('when the host ends its task, for all practical purposes', async () => {
    const { remote, served } = await makeBusy()
    served.task.exit()
    expect(await failureOf(userSocket(remote))).toMatchObject({ code: 'ESRCH' })
    remote.close()
    expect(await served.ended).toBe('closed')
  })

  test('for a client that was on its way', async () => {
    const { kernel } = makeWorld()
    const { port1, port2 } = new MessageChannel()
    const connecting = failureOf(connect(port2))
    port1.close()
    expect(await connecting).toMatchObject({ code: 'ECONNRESET', syscall: 'connect' })
    const other = new MessageChannel()
    const controller = new AbortController()
    const aborted = failureOf(connect(other.port2, { signal: controller.signal }))
    controller.abort('enough')
    expect(await aborted).toBe('enough')
    expect(await serve(kernel, other.port1).ended).toMatch(/closed|gone/)
    const strange = new MessageChannel()
    const refused = failureOf(connect(strange.port2))
    strange.port1.postMessage('hello')
    expect(await refused).toMatchObject({ code: 'ECONNREFUSED' })
    expect(kernel.tasks()).toEqual([])
  })
})

describe('a heartbeat', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A port that tells nothing of its end, as some browsers have it. */
  function makeMute() {
    const { port1, port2 } = new MessageChannel()
    const target = {
      postMessage: (message: unknown, transfer: ArrayBuffer[]) => port1.postMessage(message, transfer),
      addEventListener: (type: string, listener: (event: object) => void) => {
        if (type === 'message') port1.on('message', (data) => listener({ data }))
      },
    }
    return { target, port1, port2 }
  }

  test('keeps who answers, and lets go of who does not', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { kernel } = makeWorld()
    const { target, port1, port2 } = makeMute()
    const served = serve(kernel, target)
    const remote = await connect(port2)
    const socket = await userSocket(remote)
    for (let turn = 0; turn < 10; turn++) {
      vi.advanceTimersByTime(30_000)
      await settle()
      await settle()
    }
    expect(kernel.stats().sockets).toBe(1)
    expect(await socket.poll(1)).toBe(0)
    port1.removeAllListeners('message')
    vi.advanceTimersByTime(90_000)
    expect(await served.ended).toBe('gone')
    expect(kernel.stats()).toMatchObject({ sockets: 0, tasks: 0 })
    port1.close()
    expect(await remote.ended).toBe('gone')
  })

  test('is off where the host tells the end, and where it is told to be', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { kernel, client } = makeWorld()
    const { target, port1, port2 } = makeMute()
    const served = serve(kernel, target, { heartbeat: 0 })
    await client()
    expect(vi.getTimerCount()).toBe(0)
    const asked = await client({ heartbeat: 10 })
    expect(vi.getTimerCount()).toBe(1)
    asked.served.close()
    expect(vi.getTimerCount()).toBe(0)
    served.close()
    port1.close()
    port2.close()
  })
})

describe('a worker', () => {
  test('that is terminated releases what it had', async () => {
    const { kernel } = makeWorld()
    const { port1, port2 } = new MessageChannel()
    const served = serve(kernel, port1)
    // It speaks the protocol by hand: it has no TypeScript.
    const code = `
      const { workerData } = require('node:worker_threads')
      workerData.on('message', (message) => {
        if (message.type !== 'welcome') return
        const calls = [['socket', 0, ${AF_NETLINK}, ${SOCK_DGRAM}, ${NETLINK_USERSOCK}], ['readable', 0, true, 1]]
        workerData.postMessage({ type: 'calls', stamp: message.stamp, calls, bytes: null })
      })`
    const worker = new Worker(code, { eval: true, workerData: port2, transferList: [port2] })
    while (kernel.stats().sockets === 0) await settle()
    await worker.terminate()
    expect(await served.ended).toBe('gone')
    expect(kernel.stats()).toMatchObject({ sockets: 0, tasks: 0 })
  })
})
