// Slots stand for functions of the host, and are used again: whatever callbacks and timers add and delete, inside one another, each
// call reaches the function that is registered, never one that had the slot before.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Kernel, Socket, Timer } from '../../src/api.js'
import { AF_NETLINK, EINVAL, encodeConnectorMessage, NETLINK_CONNECTOR, SOCK_DGRAM } from '../../src/index.js'
import { boot, withKernel } from '../support/kernels.js'

const IDS = 5
const DEEPEST = 3

type Action = [kind: 'add' | 'delete' | 'send' | 'arm' | 'disarm' | 'run', which: number]

const action: fc.Arbitrary<Action> = fc.tuple(
  fc.constantFrom('add', 'add', 'delete', 'send', 'send', 'arm', 'disarm', 'run'),
  fc.nat(IDS - 1),
)
/** What each callback does when it is called; what the timers do; what the task does. */
const plan = fc.record({
  callbacks: fc.array(fc.array(action, { maxLength: 4 }), { minLength: IDS, maxLength: IDS }),
  timers: fc.array(fc.array(action, { maxLength: 3 }), { minLength: IDS, maxLength: IDS }),
  script: fc.array(action, { maxLength: 25 }),
})
type Plan = { callbacks: Action[][]; timers: Action[][]; script: Action[] }

/** Does what the actions say, on the machine or in the mind. */
abstract class Actor {
  readonly log: string[] = []
  protected depth = 0
  protected generation = 0
  readonly plan: Plan

  constructor(made: Plan) {
    this.plan = made
  }

  abstract do(one: Action): void

  protected called(name: string, actions: Action[]): void {
    this.log.push(name)
    this.depth++
    if (this.depth <= DEEPEST) for (const one of actions) this.do(one)
    this.depth--
  }
}

class Mind extends Actor {
  readonly #callbacks = new Map<number, string>()
  readonly #timers: number[] = []
  #running = false

  do([kind, which]: Action): void {
    if (kind === 'add') {
      const name = `callback ${which} #${this.generation++}`
      if (this.#callbacks.has(which)) this.log.push('EINVAL')
      else this.#callbacks.set(which, name)
    } else if (kind === 'delete') this.#callbacks.delete(which)
    else if (kind === 'send') {
      const name = this.#callbacks.get(which)
      if (name !== undefined) this.called(name, this.plan.callbacks[which]!)
    } else if (kind === 'run') this.#run()
    else {
      const at = this.#timers.indexOf(which)
      if (at >= 0) this.#timers.splice(at, 1)
      // Armed while timers run, it is for the next tick, which does not come.
      if (kind === 'arm' && !this.#running) this.#timers.push(which)
    }
  }

  #run(): void {
    if (this.#running) return
    this.#running = true
    for (let which = this.#timers.shift(); which !== undefined; which = this.#timers.shift()) {
      this.called(`timer ${which}`, this.plan.timers[which]!)
    }
    this.#running = false
  }
}

class Body extends Actor {
  readonly #kernel: Kernel
  readonly #socket: Socket
  readonly #timers: Timer[]
  #running = false

  constructor(kernel: Kernel, made: Plan) {
    super(made)
    this.#kernel = kernel
    this.#socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    this.#timers = made.timers.map((actions, which) => kernel.timer_setup(() => this.called(`timer ${which}`, actions)))
  }

  do([kind, which]: Action): void {
    const id = { idx: 100 + which, val: 1 }
    const kernel = this.#kernel
    if (kind === 'add') {
      const name = `callback ${which} #${this.generation++}`
      const added = kernel.cn_add_callback(id, name, () => this.called(name, this.plan.callbacks[which]!))
      if (added === -EINVAL) this.log.push('EINVAL')
    } else if (kind === 'delete') kernel.cn_del_callback(id)
    else if (kind === 'send') this.#socket.send(encodeConnectorMessage({ id }))
    else if (kind === 'run') this.#run()
    else if (kind === 'disarm') kernel.del_timer(this.#timers[which]!)
    else if (this.#running) kernel.del_timer(this.#timers[which]!)
    else kernel.mod_timer(this.#timers[which]!, 0)
  }

  #run(): void {
    if (this.#running) return
    this.#running = true
    this.#kernel.clock.runUntilIdle()
    this.#running = false
  }
}

test('callbacks and timers that make and end one another are never mixed up', () => {
  fc.assert(
    fc.property(plan, (made) =>
      withKernel({}, (kernel) => {
        const [mind, body] = [new Mind(made), new Body(kernel, made)]
        for (const one of made.script) {
          mind.do(one)
          body.do(one)
        }
        expect(body.log).toEqual(mind.log)
      }),
    ),
    { numRuns: 300 },
  )
})

describe('one slot after another', () => {
  test('a callback that replaces itself is the old one until it returns, then the new one', () => {
    const kernel = boot()
    const id = { idx: 5, val: 1 }
    const seen: string[] = []
    kernel.cn_add_callback(id, 'old', (msg) => {
      kernel.cn_del_callback(id)
      expect(kernel.cn_add_callback(id, 'new', () => seen.push('new'))).toBe(0)
      seen.push(`old ${msg.data[0]}`)
    })
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    for (const byte of [1, 2]) socket.send(encodeConnectorMessage({ id, data: new Uint8Array([byte]) }))
    expect(seen).toEqual(['old 1', 'new'])
  })

  test('ten thousand callbacks that come and go take the slots of a few', () => {
    const kernel = boot({ limits: { callbacks: 3 } })
    for (let i = 0; i < 10_000; i++) {
      const id = { idx: i, val: 2 }
      expect(kernel.cn_add_callback(id, `n${i}`, () => {})).toBe(0)
      kernel.cn_del_callback(id)
    }
  })

  test('a deleted callback is not called, nor is the timer that has its slot now', () => {
    const kernel = boot()
    const seen: string[] = []
    kernel.cn_add_callback({ idx: 5, val: 1 }, 'gone', () => seen.push('gone'))
    kernel.cn_del_callback({ idx: 5, val: 1 })
    kernel.mod_timer(
      kernel.timer_setup(() => seen.push('timer')),
      9,
    )
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    socket.send(encodeConnectorMessage({ id: { idx: 5, val: 1 } }))
    expect(seen).toEqual([])
    kernel.clock.advance(9)
    expect(seen).toEqual(['timer'])
  })
})
