// Real threads: the kernel in one worker of node:worker_threads, clients here and in another one.
import { MessageChannel } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeConnectorMessage, encodeConnectorMessage } from '../../src/uapi/index.js'
import { connect, type RemoteKernel, serve } from '../../src/worker/index.js'
import { bundle, startWorker } from './workers.js'
import { connectorSocket, makeWorld } from './world.js'

const id = { idx: 5, val: 7 }

/** The kernel, which serves every port that it is sent; one callback answers. */
const KERNEL = `
import { parentPort } from 'node:worker_threads'
import { boot, GFP_KERNEL } from './src/index.ts'
import { serve } from './src/worker/index.ts'
const kernel = boot()
kernel.cn_add_callback({ idx: 5, val: 7 }, 'echo', (msg, { portid }) => {
  kernel.cn_netlink_send({ id: msg.id, seq: msg.seq, ack: msg.ack + 1, data: msg.data.slice() }, portid, 0, GFP_KERNEL)
  kernel.cn_netlink_send({ id: msg.id, seq: msg.seq }, 0, 5, GFP_KERNEL)
})
parentPort.on('message', ({ port, options }) => {
  serve(kernel, port, options).ended.then((reason) => parentPort.postMessage([reason, kernel.stats().sockets]))
})
`

/** A kernel module: it counts, and answers with what it has counted. */
const MODULE = `
import { workerData } from 'node:worker_threads'
import { GFP_KERNEL } from './src/uapi/index.ts'
import { connect } from './src/worker/index.ts'
const kernel = await connect(workerData)
let count = 0
await kernel.cn_add_callback({ idx: 5, val: 7 }, 'counter', async (msg, { portid }) => {
  count += msg.data.length
  await kernel.cn_netlink_send({ id: msg.id, seq: msg.seq, ack: count }, portid, 0, GFP_KERNEL)
})
await kernel.cn_netlink_send({ id: { idx: 5, val: 1 } }, 0, 5, GFP_KERNEL)
`

let code: { kernel: string; module: string }

beforeAll(async () => {
  code = { kernel: await bundle(KERNEL), module: await bundle(MODULE) }
})

describe('a kernel in a worker', () => {
  test('serves two clients of this thread, who hear each other', async () => {
    const worker = startWorker(code.kernel)
    const enter = (): Promise<RemoteKernel> => {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ port: port1, options: { uid: 1000 } }, [port1])
      return connect(port2)
    }
    const ended: unknown[] = []
    worker.on('message', (message) => ended.push(message))
    const [one, two] = await Promise.all([enter(), enter()])
    const [speaker, listener] = [await connectorSocket(one), await connectorSocket(two)]
    await speaker.bind({})
    await listener.bind({ nl_groups: 1 << 4 })
    const data = new Uint8Array(5000).fill(3)
    for (const seq of [1, 2, 3]) expect(await speaker.send(encodeConnectorMessage({ id, seq, data }))).toBe(5036)
    const seqs: number[] = []
    for await (const datagram of listener) {
      if (seqs.push(decodeConnectorMessage(datagram.data).msg.seq) === 3) break
    }
    expect(seqs).toEqual([1, 2, 3])
    const answers = (await speaker.receive()).map((datagram) => decodeConnectorMessage(datagram.data).msg)
    expect(answers.map(({ seq, ack }) => [seq, ack])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
    expect(answers[2]?.data).toEqual(data)
    one.close()
    while (ended.length === 0) await new Promise((resolve) => worker.once('message', resolve))
    expect(ended).toEqual([['closed', 1]])
    const gone = two.ended
    await worker.terminate()
    expect(await gone).toBe('gone')
  })
})

describe('a kernel module in a worker', () => {
  test('is called there, and its callbacks go when the worker is terminated', async () => {
    const { kernel, client } = makeWorld()
    const before = kernel.stats().callbacks
    const { remote } = await client()
    const socket = await connectorSocket(remote)
    await socket.bind({ nl_groups: 1 << 4 })
    const { port1, port2 } = new MessageChannel()
    const served = serve(kernel, port1, { callbacks: true })
    const worker = startWorker(code.module, port2, [port2])
    const [ready] = await socket.receive()
    expect(decodeConnectorMessage(ready!.data).msg.id).toEqual({ idx: 5, val: 1 })
    const acks: number[] = []
    for (const length of [2, 3, 4]) {
      await socket.send(encodeConnectorMessage({ id, data: new Uint8Array(length) }))
      for (const { data } of await socket.receive()) acks.push(decodeConnectorMessage(data).msg.ack)
    }
    expect(acks).toEqual([2, 5, 9])
    await worker.terminate()
    expect(await served.ended).toBe('gone')
    expect(kernel.stats().callbacks).toBe(before)
  })
})
