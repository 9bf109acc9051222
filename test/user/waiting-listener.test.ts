// onMessage() of sockets that tell nobody when a message came, with a socket made for it.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MessageView } from '../../src/api.js'
import { EAGAIN, EBADF, ENOBUFS, ENOMEM } from '../../src/uapi/index.js'
import { SystemError } from '../../src/user/index.js'
import { WaitingListener } from '../../src/user/waiting-listener.js'

/** What was thrown, and nobody caught. */
const uncaught: unknown[] = []
const note = (error: unknown) => void uncaught.push((error as Error).message)
let others: NodeJS.UnhandledRejectionListener[] = []

beforeEach(() => {
  uncaught.length = 0
  others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
})

afterEach(() => {
  process.off('unhandledRejection', note)
  for (const one of others) process.on('unhandledRejection', one)
})

/** Time for whatever is under way. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

class FakeSocket {
  closed = false
  /** Messages by their lengths, and errors. */
  readonly #queue: (number | SystemError)[] = []
  #wake: { resolve(): void; reject(reason: unknown): void } | undefined

  put(...what: (number | SystemError)[]): void {
    this.#queue.push(...what)
    this.#wake?.resolve()
  }

  peek(): MessageView | null {
    if (this.closed) throw new SystemError(-EBADF, 'recv')
    const first = this.#queue[0]
    if (first === undefined) return null
    if (typeof first === 'number') return { bytes: new Uint8Array(first), words: new Uint32Array(0), length: first }
    this.#queue.shift()
    throw first
  }

  release(): void {
    this.#queue.shift()
  }

  readable({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#queue.length > 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#wake = { resolve, reject }
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  }

  /** The wait ends with an error. */
  fail(error: Error): void {
    this.#wake?.reject(error)
  }

  close(): void {
    this.closed = true
    this.fail(new SystemError(-EBADF, 'poll'))
  }
}

const loss = () => new SystemError(-ENOBUFS, 'recv')

test('what comes is handed over, errors too, in order', async () => {
  const socket = new FakeSocket()
  const heard: unknown[] = []
  const listener = new WaitingListener(
    socket,
    ({ length }) => heard.push(length),
    ({ code }) => heard.push(code),
  )
  socket.put(1, loss(), 2)
  await turn()
  socket.put(3)
  await turn()
  expect(heard).toEqual([1, 'ENOBUFS', 2, 3])
  listener[Symbol.dispose]()
  socket.put(4)
  await turn()
  expect([heard.length, uncaught]).toEqual([4, []])
})

test('a second listener is refused, until the first is ended, and so is one of a closed socket', () => {
  const socket = new FakeSocket()
  const first = new WaitingListener(socket, () => {})
  expect(() => new WaitingListener(socket, () => {})).toThrow('EBUSY')
  first[Symbol.dispose]()
  new WaitingListener(socket, () => {})[Symbol.dispose]()
  socket.close()
  expect(() => new WaitingListener(socket, () => {})).toThrow('EBADF')
})

test('whoever ends it or closes the socket because of an error hears no more', async () => {
  for (const end of ['close', 'dispose'] as const) {
    const socket = new FakeSocket()
    const heard: unknown[] = []
    const listener = new WaitingListener(
      socket,
      ({ length }) => heard.push(length),
      ({ code }) => {
        heard.push(code)
        if (end === 'dispose') listener[Symbol.dispose]()
        else if (heard.length < 5) socket.close()
      },
    )
    socket.put(loss(), 1)
    await turn()
    expect(heard).toEqual(['ENOBUFS'])
  }
  expect(uncaught).toEqual([])
})

test('what the functions throw is caught by nobody, and the next message comes as ever', async () => {
  const socket = new FakeSocket()
  const heard: number[] = []
  const listener = new WaitingListener(socket, ({ length }) => {
    heard.push(length)
    if (length === 1) throw new Error('mine')
  })
  socket.put(1, 2, loss(), 3)
  await turn()
  socket.put(4)
  await turn()
  expect(heard).toEqual([1, 2, 3, 4])
  expect(uncaught).toEqual(['mine', expect.stringContaining('ENOBUFS')])
  listener[Symbol.dispose]()
})

test('it waits on when SO_RCVTIMEO is over, and ends with a wait that cannot be', async () => {
  const socket = new FakeSocket()
  const heard: number[] = []
  new WaitingListener(socket, ({ length }) => heard.push(length))
  socket.fail(new SystemError(-EAGAIN, 'recvmsg'))
  await turn()
  socket.put(1)
  await turn()
  expect([heard, uncaught]).toEqual([[1], []])
  socket.fail(new SystemError(-ENOMEM, 'poll'))
  await turn()
  expect(uncaught).toEqual([expect.stringContaining('ENOMEM')])
  new WaitingListener(socket, () => {})[Symbol.dispose]()
})
