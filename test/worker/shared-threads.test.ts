// Shared sockets between real threads: calls that block, order under load, and threads that die.
import { MessageChannel, type Worker } from 'node:worker_threads'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } from '../../src/uapi/index.js'
import { connect, pumpOf, type Served, type ServeOptions, serve } from '../../src/worker/index.js'
import { bundle, startWorker } from './workers.js'
import { failureOf, makeWorld, settle, userSocket, type World } from './world.js'

const TOTAL = 20_000

/** A thread with a shared socket at port `pid`: does what it is told, and says what came of it. */
const PROGRAM = `
import { parentPort, workerData } from 'node:worker_threads'
import { connect } from './src/worker/index.ts'
const { port, pid, silence = 0 } = workerData
const remote = await connect(port, { silence })
const socket = await remote.socket(16, 2, 2)
await socket.bind({ nl_pid: pid })
const shared = await socket.share({ bytes: 16384 })
const buffer = new Uint8Array(1000)
const words = new Uint32Array(buffer.buffer)
const acts = {
  recv: (timeout) => [shared.recvWait(buffer, timeout), buffer[0]],
  take: (count) => {
    for (let index = 0; index < count; index++) {
      const n = shared.recvWait(buffer)
      if (n !== 4 + (index % 200) || words[0] !== index) throw new Error('not in order: ' + [index, n, words[0]])
    }
    return 'in order'
  },
  give: (count, to) => {
    for (let index = 0; index < count; index++) {
      words[0] = index
      shared.sendWait(buffer.subarray(0, 4 + (index % 200)), undefined, { nl_pid: to })
    }
    return shared.failures
  },
  answer: (count, to) => {
    for (let index = 0; index < count; index++) {
      shared.recvWait(buffer)
      shared.sendWait(buffer.subarray(0, 4), undefined, { nl_pid: to })
    }
  },
  full: (to, timeout) => {
    for (let count = 0; ; count++) {
      try {
        shared.sendWait(buffer.subarray(0, 100), timeout, { nl_pid: to })
      } catch (error) {
        return [error.code, count]
      }
    }
  },
}
parentPort.on('message', ([act, ...args]) => {
  parentPort.postMessage('begun')
  try {
    parentPort.postMessage(acts[act](...args))
  } catch (error) {
    parentPort.postMessage(error.code ?? String(error))
  }
})
parentPort.postMessage('ready')
`

/** Writes anything anywhere into its rings, without end. */
const SCRIBBLER = `
import { parentPort, workerData } from 'node:worker_threads'
const { port } = workerData
let stamp = 0
port.on('message', (message) => {
  stamp = message.stamp ?? stamp
  if (message.type === 'welcome') {
    const calls = [['socket', 0, 16, 2, 2], ['bind', 0, 1, [16, 99, 0], 12], ['share', 0, 1, 4096]]
    port.postMessage({ type: 'calls', stamp, calls, bytes: null })
  }
  if (message.type !== 'rings') return
  const words = new Int32Array(message.memory)
  parentPort.postMessage('ready')
  for (let seed = 1; ; ) {
    seed = (Math.imul(seed, 1103515245) + 12345) | 0
    const place = (seed >>> 8) % words.length
    words[place] = [seed, seed & 255, seed & ~7 & 4095, 24, -1][(seed >>> 3) % 5]
    if (place > 230) words[0] = (words[32] + 24 * ((seed >>> 5) & 7)) | 0
  }
})
`

/** A kernel in a worker with a loop of its own: one socket at port 70, whose messages it counts. */
const KERNEL = `
import { parentPort, workerData } from 'node:worker_threads'
import { boot } from './src/index.ts'
import { pumpOf, serve } from './src/worker/index.ts'
const kernel = boot()
const socket = kernel.spawn().socket(16, 2, 2)
socket.bind({ nl_pid: 70 })
serve(kernel, workerData)
const pump = pumpOf(kernel)
const buffer = new Uint8Array(1000)
const words = new Uint32Array(buffer.buffer)
let taken = 0
for (let step = 0; ; step++) {
  pump.turn(64, 5)
  while (socket.poll(1) !== 0) {
    const n = socket.recv(buffer)
    if (n !== 4 + (taken % 200) || words[0] !== taken) throw new Error('not in order')
    taken++
    socket.sendto(buffer.subarray(0, 4), 0, { nl_pid: 71 })
  }
  // The port has its turn too.
  if (step % 16 === 0) await new Promise((resolve) => setImmediate(resolve))
}
`

let code: { program: string; scribbler: string; kernel: string }

beforeAll(async () => {
  const [program, scribbler, kernel] = await Promise.all([PROGRAM, SCRIBBLER, KERNEL].map(bundle))
  code = { program: program!, scribbler: scribbler!, kernel: kernel! }
})

const open: Served[] = []

// Before the kernels are halted.
afterEach(() => {
  for (const served of open.splice(0)) served.close()
})

/** The next message of a worker. */
function said(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

async function startProgram({ kernel }: World, pid: number, options: ServeOptions = {}, text = code.program) {
  const { port1, port2 } = new MessageChannel()
  const served = serve(kernel, port1, options)
  open.push(served)
  const worker = startWorker(text, { port: port2, pid }, [port2])
  expect(await said(worker)).toBe('ready')
  /** Has it do something, and resolves when it has begun. */
  const begin = async (...act: unknown[]) => {
    const begun = said(worker)
    worker.postMessage(act)
    expect(await begun).toBe('begun')
    return { outcome: said(worker) }
  }
  const act = async (...given: unknown[]) => (await begin(...given)).outcome
  return { served, worker, begin, act }
}

function localSocket({ kernel }: World, pid: number) {
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
  socket.bind({ nl_pid: pid })
  return socket
}

describe('a thread that blocks', () => {
  test('gets the datagram when it comes, or EAGAIN when its time is over', async () => {
    const world = makeWorld()
    const socket = localSocket(world, 70)
    const { act, begin } = await startProgram(world, 71)
    expect(await act('recv', 20)).toBe('EAGAIN')
    expect(await act('recv', 0)).toBe('EAGAIN')
    const { outcome } = await begin('recv', undefined)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.sendto(Uint8Array.of(42), 0, { nl_pid: 71 })
    expect(await outcome).toEqual([1, 42])
    // The ring, and whatever the kernel's thread has found the time for.
    const [code, count] = (await act('full', 70, 20)) as [string, number]
    expect(code).toBe('EAGAIN')
    expect(count).toBeGreaterThanOrEqual(136)
    for (let left = count; left > 0; left--) {
      await socket.readable()
      expect(socket.recv(new Uint8Array(100))).toBe(100)
    }
  })

  test('takes and gives as many as it is told, in order', async () => {
    const world = makeWorld()
    const [one, two] = await Promise.all([startProgram(world, 71), startProgram(world, 72)])
    const taking = await two.begin('take', TOTAL)
    expect(await one.act('give', TOTAL, 72)).toBe(0)
    expect(await taking.outcome).toBe('in order')
    const answering = await two.begin('answer', 200, 71)
    expect(await one.act('give', 200, 72)).toBe(0)
    expect(await answering.outcome).toBeUndefined()
    expect(await one.act('recv', undefined)).toEqual([4, 0])
  })
})

describe('a kernel’s worker with a loop of its own', () => {
  test('takes what another thread sends, in order, and answers', async () => {
    const { port1, port2 } = new MessageChannel()
    const worker = startWorker(code.kernel, port1, [port1])
    const broken = new Promise((_, reject) => worker.once('error', reject))
    const work = async () => {
      const remote = await connect(port2)
      const socket = await userSocket(remote)
      await socket.bind({ nl_pid: 71 })
      const shared = await socket.share()
      const [buffer, answer] = [new Uint8Array(300), new Uint8Array(300)]
      const [words, answers] = [new Uint32Array(buffer.buffer), new Uint32Array(answer.buffer)]
      let answered = 0
      for (let index = 0; index < TOTAL; index++) {
        words[0] = index
        expect(shared.sendWait(buffer.subarray(0, 4 + (index % 200)), undefined, { nl_pid: 70 })).toBe(
          4 + (index % 200),
        )
        while (shared.tryRecv(answer) > 0) expect(answers[0]).toBe(answered++)
      }
      for (; answered < TOTAL; answered++) {
        expect(shared.recvWait(answer)).toBe(4)
        expect(answers[0]).toBe(answered)
      }
      // The port has been heard all the while.
      expect(await socket.getsockname()).toMatchObject({ nl_pid: 71 })
      expect(shared.failures).toBe(0)
      remote.close()
    }
    await Promise.race([work(), broken])
  })
})

describe('a thread that dies', () => {
  test.each(['recv', 'full'])('while it blocks (%s) leaves nothing behind', async (act) => {
    const world = makeWorld()
    const socket = localSocket(world, 70)
    const { served, worker, begin } = await startProgram(world, 71)
    await begin(act, act === 'full' ? 70 : undefined)
    for (let count = 0; count < 20; count++) await settle()
    expect(world.kernel.stats().sockets).toBe(2)
    await worker.terminate()
    expect(await served.ended).toBe('gone')
    expect(world.kernel.stats().sockets).toBe(1)
    expect(served.usage.ringBytes).toBe(0)
    expect(pumpOf(world.kernel).turn()).toBe(0)
    socket.close()
  })

  test('while it writes garbage harms nobody else', async () => {
    const world = makeWorld()
    const socket = localSocket(world, 70)
    const { act } = await startProgram(world, 71)
    const peers = []
    for (let round = 0; round < 3; round++) {
      const peer = await startProgram(world, 99, {}, code.scribbler)
      peers.push(peer)
      for (let count = 0; count < 50 && peer.served.violation === undefined; count++) {
        pumpOf(world.kernel).turn()
        await settle()
      }
      socket.sendto(Uint8Array.of(round), 0, { nl_pid: 71 })
      expect(await act('recv', undefined)).toEqual([1, round])
      await peer.worker.terminate()
      expect(['gone', 'protocol']).toContain(await peer.served.ended)
    }
    expect(world.kernel.stats().sockets).toBe(2)
  })
})

describe('a kernel that ends', () => {
  test('wakes whoever blocks', async () => {
    const world = makeWorld()
    const { served, begin } = await startProgram(world, 71)
    const { outcome } = await begin('recv', undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    served.close()
    expect(await outcome).toBe('ECONNRESET')
  })

  test('without a word is missed by whoever blocks, after silence', async () => {
    const { port1, port2 } = new MessageChannel()
    const kernel = startWorker(code.kernel, port1, [port1])
    const program = startWorker(code.program, { port: port2, pid: 71, silence: 1500 }, [port2])
    expect(await said(program)).toBe('ready')
    program.postMessage(['recv', undefined])
    expect(await said(program)).toBe('begun')
    const outcome = said(program)
    // Longer than the silence: it is no silence as long as the kernel's worker lives.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    await kernel.terminate()
    expect(await outcome).toBe('ECONNRESET')
  })

  test('without a word is missed by whoever does not block, at once', async () => {
    const { port1, port2 } = new MessageChannel()
    const kernel = startWorker(code.kernel, port1, [port1])
    const remote = await connect(port2)
    const shared = await (await userSocket(remote)).share()
    const waiting = shared.readable()
    await kernel.terminate()
    await waiting
    expect(await remote.ended).toBe('gone')
    expect(() => shared.recvWait(new Uint8Array(8))).toThrow('ECONNRESET')
    expect(shared.closed).toBe(true)
    expect(await failureOf(remote.socket(16, 2, 2))).toMatchObject({ code: 'ECONNRESET' })
  })
})
