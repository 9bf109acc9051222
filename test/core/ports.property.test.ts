// The port table against a Map: binds, collisions, closes in any order, in several protocols and namespaces at once.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EADDRINUSE, ECONNREFUSED, NETLINK_CONNECTOR, NETLINK_USERSOCK } from '../../src/uapi/index.js'
import { type Core, core, expectBytes, payload, withCore } from './core.js'

const SPACES = 3
const PROTOCOLS = [NETLINK_USERSOCK, NETLINK_CONNECTOR, 20]

/** Where the core would look first in a table of `size` slots: to pick ports that meet there. */
function home(key: number, port: number, size: number): number {
  return Math.imul(port ^ Math.imul(key, 0x85ebca6b), 0x9e3779b1) >>> (32 - Math.log2(size))
}

/** Ports that fall onto the last two and the first two slots of a small table, so that runs wrap around its end. */
const COLLIDING = Array.from({ length: 4000 }, (_, i) => i + 1)
  .filter((port) => [14, 15, 0, 1].includes(home(NETLINK_USERSOCK, port, 16)))
  .slice(0, 24)

const place = fc.record({
  space: fc.nat(SPACES - 1),
  protocol: fc.constantFrom(...PROTOCOLS),
  port: fc.constantFrom(...COLLIDING),
})
type Place = { space: number; protocol: number; port: number }
const step = fc.tuple(fc.constantFrom('bind', 'bind', 'bind', 'close'), place)

class Ports {
  readonly #one: Core
  readonly #tasks: number[]
  readonly #open = new Map<string, number>()

  constructor(one: Core) {
    this.#one = one
    this.#tasks = Array.from({ length: SPACES }, (_, space) =>
      one.task({ netns: space === 0 ? 0 : one.netns(`net${space}`) }),
    )
    one.abi.ksock_create(20, 0, 0, 0, 0)
  }

  run(kind: string, { space, protocol, port }: Place): void {
    const key = `${space}/${protocol}/${port}`
    const taken = this.#open.get(key)
    if (kind === 'close') {
      if (taken !== undefined) this.#one.abi.close(taken)
      this.#open.delete(key)
      return
    }
    const sock = this.#one.socket(this.#tasks[space]!, protocol)
    expect(this.#one.bind(sock, port)).toBe(taken === undefined ? 0 : -EADDRINUSE)
    if (taken === undefined) this.#open.set(key, sock)
    else this.#one.abi.close(sock)
  }

  /** Every port of every space answers as the Map says. */
  check(): void {
    for (let space = 0; space < SPACES; space++) {
      for (const protocol of PROTOCOLS) {
        const sender = this.#one.bound(this.#tasks[space]!, 999_999, protocol)
        for (const port of COLLIDING) {
          const there = this.#open.get(`${space}/${protocol}/${port}`)
          const sent = this.#one.send(sender, payload(8, port), port)
          expect(sent).toBe(there === undefined ? -ECONNREFUSED : 8)
          if (there !== undefined) expectBytes(this.#one.receive(there), payload(8, port))
        }
        this.#one.abi.close(sender)
      }
    }
  }
}

test('ports that collide are found, refused and forgotten as in a Map', () => {
  expect(COLLIDING.length).toBe(24)
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) =>
      withCore({}, (one) => {
        const ports = new Ports(one)
        for (const [index, [kind, where]] of steps.entries()) {
          ports.run(kind, where)
          if (index % 10 === 0) ports.check()
        }
        ports.check()
      }),
    ),
    { numRuns: 40 },
  )
})

test('every way to take four ports out of one run of slots leaves the others where they are found', () => {
  const run = COLLIDING.slice(0, 5)
  const orders = (rest: number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((port) => orders(rest.filter((other) => other !== port)).map((tail) => [port, ...tail]))
  const one = core()
  const ports = new Ports(one)
  for (const order of orders(run)) {
    for (const port of run) ports.run('bind', { space: 0, protocol: NETLINK_USERSOCK, port })
    for (const port of order) {
      ports.run('close', { space: 0, protocol: NETLINK_USERSOCK, port })
      for (const other of run) ports.run('bind', { space: 0, protocol: NETLINK_USERSOCK, port: other })
      for (const done of order.slice(0, order.indexOf(port) + 1))
        ports.run('close', { space: 0, protocol: NETLINK_USERSOCK, port: done })
    }
  }
  ports.check()
})
