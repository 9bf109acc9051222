// The allocator, seen through bytes_in_use and through what still fits.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ENOBUFS, NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP, SO_RCVBUFFORCE } from '../../src/uapi/index.js'
import { type Core, core, messageRoom, payload, roomOf, withCore } from './core.js'

const SMALL_MACHINE = { limits: { memory: 512 * 1024 } }
const LARGEST = 212_960

/** Sends messages to sockets with the ports 1, 2, 3... until memory ends: the sockets, and how many messages went. */
function fill(one: Core, length: number): { sender: number; sockets: number[]; sent: number } {
  const task = one.task()
  const sender = one.bound(task, 1_000_000)
  const sockets: number[] = []
  let sent = 0
  while (true) {
    const sock = one.socket(task)
    if (sock < 0 || one.bind(sock, sockets.length + 1) < 0) return { sender, sockets, sent }
    sockets.push(sock)
    let result = 0
    while (result >= 0) {
      result = one.send(sender, payload(length, sent), sockets.length)
      if (result >= 0) sent++
    }
    if (result === -ENOBUFS) return { sender, sockets, sent }
  }
}

describe('what is given back can be had again', () => {
  test('a machine that was full of small messages takes the largest one after a drain', () => {
    const one = core(SMALL_MACHINE)
    const { sender, sockets, sent } = fill(one, 60)
    expect(sent).toBeGreaterThan(2000)
    expect(one.send(sender, payload(LARGEST, 0), 1)).toBeLessThan(0)
    expect(sockets.reduce((sum, sock) => sum + one.drain(sock).length, 0)).toBe(sent)
    expect(one.send(sender, payload(LARGEST, 7), 1)).toBe(LARGEST)
    expect(Buffer.compare(one.receive(sockets[0]!) as Uint8Array, payload(LARGEST, 7))).toBe(0)
  })

  test('a machine that was full of large messages takes as many small ones as a fresh one', () => {
    const one = core(SMALL_MACHINE)
    const { sender, sockets } = fill(one, 50_000)
    for (const sock of sockets) one.drain(sock)
    for (const sock of [sender, ...sockets]) one.abi.close(sock)
    expect(fill(one, 60).sent).toBe(withCore(SMALL_MACHINE, (fresh) => fill(fresh, 60).sent) - 1)
  })

  test('every second message given back leaves no room for a large one, but for small ones', () => {
    const one = core({ limits: { memory: 1024 * 1024 } })
    const task = one.task()
    const sender = one.bound(task, 1_000_000)
    const [even, odd] = [one.bound(task, 1), one.bound(task, 2)]
    for (const sock of [even, odd]) one.socketOption(sock, SO_RCVBUFFORCE, 4_000_000)
    let last = 0
    for (let i = 0; last >= 0; i++) last = one.send(sender, payload(4000, i), (i % 2) + 1)
    expect(last).toBe(-ENOBUFS)
    const freed = one.drain(even).length
    expect(freed).toBeGreaterThan(80)
    const before = one.hash()
    expect(one.send(sender, payload(9000, 0), 1)).toBe(-ENOBUFS)
    expect(one.hash()).toBe(before)
    for (let i = 0; i < freed; i++) expect(one.send(sender, payload(4000, i), 1)).toBe(4000)
    one.drain(even)
    one.drain(odd)
    expect(one.send(sender, payload(LARGEST, 0), 1)).toBe(LARGEST)
  })
})

describe('memory ends at the same call in both builds', () => {
  test.each([
    [1, 3357],
    [60, 3357],
    [100, 2205],
    [1000, 107],
    [5000, 53],
    [50_000, 8],
    [LARGEST, 2],
  ])('messages of %i bytes', (length, count) => {
    expect(fill(core({ limits: { memory: 512 * 1024 } }), length).sent).toBe(count)
  })
})

/** What a table of references takes: it doubles at three quarters and goes when it is empty. */
class TableModel {
  size = 0
  count = 0

  add(): void {
    if (this.size === 0) this.size = 16
    else if ((this.count + 1) * 4 > this.size * 3) this.size *= 2
    this.count++
  }

  remove(): void {
    this.count--
    if (this.count === 0) this.size = 0
  }

  get bytes(): number {
    return roomOf(this.size * 4)
  }
}

interface SocketModel {
  readonly sock: number
  readonly port: number
  ring: number
  readonly queue: number[]
}

type Step = ['open'] | ['close', number] | ['send', number, number] | ['receive', number]

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>(['open']),
  fc.tuple(fc.constant('close' as const), fc.nat(30)),
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.constant('send' as const),
      fc.nat(30),
      fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: LARGEST })),
    ),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('receive' as const), fc.nat(30)) },
)

/** Every byte in use is known. */
class ExactModel {
  readonly #one: Core
  readonly #task: number
  readonly #sender: number
  readonly #base: number
  readonly #ports = new TableModel()
  #open: SocketModel[] = []
  #nextPort = 1

  constructor(one: Core) {
    this.#one = one
    this.#task = one.task()
    const empty = one.inUse
    this.#sender = one.bound(this.#task, 1_000_000)
    this.#ports.add()
    this.#base = empty + roomOf(64)
    expect(one.inUse).toBe(this.expected())
  }

  expected(): number {
    const sockets = this.#open.map(
      ({ ring, queue }) => roomOf(64) + roomOf(ring * 4) + queue.reduce((sum, length) => sum + messageRoom(length), 0),
    )
    return this.#base + this.#ports.bytes + sockets.reduce((sum, bytes) => sum + bytes, 0)
  }

  run([kind, which = 0, length = 0]: [string, number?, number?]): void {
    if (kind === 'open') this.#openOne()
    const chosen = this.#open[which % this.#open.length]
    if (chosen === undefined) return
    if (kind === 'send') this.#send(chosen, length)
    else if (kind === 'receive') {
      const got = this.#one.receive(chosen.sock)
      if (typeof got !== 'number') expect(got.length).toBe(chosen.queue.shift())
    } else if (kind === 'close') {
      this.#one.abi.close(chosen.sock)
      this.#ports.remove()
      this.#open = this.#open.filter((one) => one !== chosen)
    }
  }

  #openOne(): void {
    const port = this.#nextPort++
    this.#open.push({ sock: this.#one.bound(this.#task, port), port, ring: 0, queue: [] })
    this.#ports.add()
  }

  #send(to: SocketModel, length: number): void {
    if (this.#one.send(this.#sender, payload(length, 0), to.port) < 0) return
    if (to.queue.length === to.ring) to.ring = to.ring === 0 ? 16 : to.ring * 2
    to.queue.push(length)
  }
}

describe('every byte in use is somebody’s', () => {
  test('sockets, rings, messages of all sizes, the port table: as a plain sum has it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) =>
        withCore({ limits: { memory: 8 * 1024 * 1024 } }, (one) => {
          const model = new ExactModel(one)
          for (const each of steps) {
            model.run(each)
            expect(one.inUse).toBe(model.expected())
          }
        }),
      ),
      { numRuns: 60 },
    )
  })

  test('groups that grow and shrink, and sockets that are closed with them, leave nothing', () => {
    const join = fc.tuple(fc.boolean(), fc.nat(39), fc.integer({ min: 1, max: 32 }))
    fc.assert(
      fc.property(fc.array(join, { maxLength: 200 }), (steps) =>
        withCore({}, (one) => {
          const baseline = one.inUse
          const task = one.task()
          const sockets = Array.from({ length: 40 }, () => one.socket(task))
          for (const [joins, which, group] of steps) {
            one.netlinkOption(sockets[which]!, joins ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, group)
          }
          for (const sock of sockets) one.abi.close(sock)
          one.abi.task_exit(task, 0)
          expect(one.inUse).toBe(baseline)
        }),
      ),
      { numRuns: 60 },
    )
  })
})
