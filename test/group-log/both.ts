// The same history in two kernels: in one every group keeps a log from its first member on, in the other none ever does.

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Socket } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import type { OptionValue } from '../../src/user/option-value.js'
import { anyCall } from '../model/arbitrary.js'
import type { Answer, Call } from '../model/calls.js'
import { Real } from '../model/real.js'

/** What the model does not know, and what takes members out of the log or gives them back to it. */
export type Special =
  | { readonly do: 'filter'; readonly sock: number; readonly keep: number }
  | { readonly do: 'unfilter'; readonly sock: number }
  | { readonly do: 'await'; readonly sock: number }
  | { readonly do: 'tap'; readonly on: boolean }
  | { readonly do: 'lose'; readonly on: boolean }
  | { readonly do: 'overrun'; readonly sock: number }
  | { readonly do: 'peek'; readonly sock: number }
  | { readonly do: 'release'; readonly sock: number }
  | { readonly do: 'drain'; readonly sock: number; readonly most: number; readonly next: Act | null }
  | { readonly do: 'failslab'; readonly probability: number }
  | { readonly do: 'back' }
  | { readonly do: 'listen'; readonly sock: number; readonly next: Act | null }
  | { readonly do: 'unlisten'; readonly sock: number }

export type Act = Call | Special

const sock = fc.nat(7)
const most = fc.constantFrom(1, 3, 100)
/** Members of few groups, multicasts, receives: what the log is about, more often than the model has it. */
const often: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    do: fc.constant('open' as const),
    task: fc.constantFrom(0, 0, 0, 1),
    protocol: fc.constantFrom(2, 11, 20, 20),
    dgram: fc.constant(false),
    rcvbuf: fc.constantFrom(null, null, 0, 3000),
    groups: fc.constantFrom(1, 1, 1, 1, 2),
  }),
  fc.record({
    do: fc.constant('broadcast' as const),
    times: fc.constantFrom(1, 1, 2, 8),
    size: fc.constantFrom(1, 100, 700, 4000, 9000),
    portid: fc.record({ of: fc.constant('sock' as const), index: sock }),
    group: fc.constantFrom(1, 1, 1, 2),
  }),
  fc.record({
    do: fc.constant('sendto' as const),
    times: fc.constantFrom(1, 1, 2, 8),
    sock,
    payload: fc.record({ kind: fc.constant('raw' as const), size: fc.constantFrom(36, 256, 4000), fill: fc.nat(255) }),
    port: fc.oneof(
      fc.record({ of: fc.constant('sock' as const), index: sock }),
      fc.record({ of: fc.constant('number' as const), number: fc.constant(0) }),
    ),
    groups: fc.constantFrom(1, 1, 2),
  }),
  fc.record({
    do: fc.constant('recv' as const),
    times: fc.constantFrom(1, 2, 8),
    sock,
    room: fc.constantFrom(10_000, 20),
    peek: fc.constantFrom(false, false, true),
    trunc: fc.boolean(),
    by: fc.constantFrom('recv' as const, 'recvmsg' as const),
    controllen: fc.constant(256),
  }),
)

const special: fc.Arbitrary<Special> = fc.oneof(
  fc.record({ do: fc.constant('filter' as const), sock, keep: fc.constantFrom(0, 10, 40, 0xffff) }),
  fc.record({ do: fc.constant('unfilter' as const), sock }),
  { weight: 8, arbitrary: fc.record({ do: fc.constant('await' as const), sock }) },
  fc.record({ do: fc.constant('tap' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('lose' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('overrun' as const), sock }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('peek' as const), sock }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), sock }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drain' as const), sock, most, next: fc.constant(null) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('drain' as const),
      sock,
      most,
      next: fc.oneof(
        often,
        fc.record({ do: fc.constant('drain' as const), sock, most, next: fc.constant(null) }),
        fc.record({ do: fc.constantFrom('peek' as const, 'release' as const, 'overrun' as const), sock }),
      ),
    }),
  },
  fc.record({ do: fc.constant('failslab' as const), probability: fc.constantFrom(0, 0, 30) }),
  fc.record({ do: fc.constant('back' as const) }),
)

/** What is done with listeners, who may do something when they get a message. */
const listening: fc.Arbitrary<Special> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('listen' as const),
      sock,
      next: fc.oneof(
        { weight: 2, arbitrary: fc.constant(null) },
        often,
        fc.record({ do: fc.constantFrom('unlisten' as const, 'peek' as const, 'release' as const), sock }),
        fc.record({ do: fc.constant('drain' as const), sock, most: fc.nat(3), next: fc.constant(null) }),
      ),
    }),
  },
  fc.record({ do: fc.constant('unlisten' as const), sock }),
)

export const history = fc.record({
  profile: fc.constantFrom('default' as const, 'LINUX_6' as const, 'LINUX_2_6_14' as const),
  seed: fc.nat(0xffffffff),
  acts: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: anyCall },
      { weight: 6, arbitrary: often },
      { weight: 3, arbitrary: special },
      { weight: 2, arbitrary: listening },
    ),
    { minLength: 30, maxLength: 120, size: 'max' },
  ),
})

export type History = typeof history extends fc.Arbitrary<infer T> ? T : never

/** What a call gives, or how it fails: an allocation that failslab fails may be one of the test's own tasks. */
function outcome(call: () => Answer): Answer {
  try {
    return call()
  } catch (error) {
    return String(error)
  }
}

const hexOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex')

/** BPF_RET with a constant. */
const RETURN = 0x06

/** So many things listeners do in one act: they could go on for ever. */
const MOST_NESTED = 6

/** One of the two kernels. */
export class Player {
  readonly real: Real
  /** Who was woken, in order. */
  readonly woken: unknown[] = []
  readonly #listening = new Map<Socket, Disposable>()
  #waits = 0
  #nested = 0
  #tap: Disposable | undefined
  #rule: Disposable | undefined
  #point: ReturnType<Real['kernel']['snapshot']> | undefined

  constructor({ profile, seed }: History, groupLog: number) {
    this.real = new Real(profile, seed, { memory: 8 * 1024 * 1024 }, { groupLog })
  }

  /** Does it: the answer, and all that can be seen. */
  step(act: Act): Answer {
    this.#nested = 0
    const answer = this.#act(act)
    const { kernel } = this.real
    return { answer, look: this.real.look(), hash: kernel.stateHash(), counts: kernel.stats().messages }
  }

  #act(act: Act): Answer {
    if (act.do === 'await') return this.#await(act.sock)
    if (act.do === 'filter') return this.#filter(act.sock, act.keep)
    if (act.do === 'unfilter') return this.#option(act.sock, uapi.SO_DETACH_FILTER, 0)
    if (act.do === 'tap') return this.#toggleTap(act.on)
    if (act.do === 'lose') return this.#toggleRule(act.on)
    if (act.do === 'peek') return this.#on(act.sock, (socket) => hexOf(socket.peek()?.bytes))
    if (act.do === 'release') return this.#on(act.sock, (socket) => socket.release())
    if (act.do === 'drain') return this.#on(act.sock, (socket) => this.#drain(socket, act.most, act.next))
    if (act.do === 'overrun') return this.#on(act.sock, (socket) => this.real.kernel.faults.overrun(socket))
    if (act.do === 'failslab') return this.real.kernel.faults.failslab({ probability: act.probability, times: 3 })
    if (act.do === 'back') return this.#back()
    if (act.do === 'listen') return this.#on(act.sock, (socket) => this.#listen(socket, act.next))
    if (act.do === 'unlisten') return this.#on(act.sock, (socket) => this.#listening.get(socket)?.[Symbol.dispose]())
    // A new task takes the place of one that ends, and a history goes on with it.
    if (act.do === 'exit') this.real.kernel.faults.failslab({ probability: 0 })
    return outcome(() => (this.real[act.do] as (call: Call) => Answer).call(this.real, act))
  }

  #on(index: number, act: (socket: Socket) => Answer): Answer {
    const { sockets } = this.real
    const socket = sockets[index % sockets.length]?.socket
    return socket === undefined ? 'no socket' : outcome(() => act(socket))
  }

  #listen(socket: Socket, next: Act | null): Answer {
    const number = this.#waits++
    const listening = socket.onMessage(
      (message) => {
        this.woken.push([number, hexOf(message.bytes), this.real.look()])
        if (next !== null && this.#nested++ < MOST_NESTED) this.woken.push(this.#act(next))
      },
      (error) => this.woken.push([number, error.code]),
    )
    this.#listening.set(socket, listening)
    return number
  }

  #drain(socket: Socket, most: number, next: Act | null): Answer {
    const drained: Answer[] = []
    const ended = outcome(() =>
      socket.drain((message) => {
        drained.push([hexOf(message.bytes), this.real.look()])
        if (next !== null && this.#nested++ < MOST_NESTED) drained.push(this.#act(next))
      }, most),
    )
    return [drained, ended]
  }

  #option(index: number, name: number, value: OptionValue): Answer {
    return this.#on(index, (socket) => socket.setsockopt(uapi.SOL_SOCKET, name, value))
  }

  #filter(index: number, keep: number): Answer {
    const filter = [[RETURN, 0, 0, keep] as const]
    return this.#option(index, uapi.SO_ATTACH_FILTER, { filter })
  }

  #await(index: number): Answer {
    const { sockets } = this.real
    const socket = sockets[index % sockets.length]?.socket
    if (socket === undefined) return 'no socket'
    const number = this.#waits++
    socket.readable().then(
      () => this.woken.push(number),
      (error) => this.woken.push([number, String(error)]),
    )
    return number
  }

  #toggleTap(on: boolean): Answer {
    this.#tap?.[Symbol.dispose]()
    this.#tap = on ? this.real.kernel.tap((event) => this.woken.push(event)) : undefined
    return on
  }

  #toggleRule(on: boolean): Answer {
    this.#rule?.[Symbol.dispose]()
    this.#rule = on ? this.real.kernel.faults.add({ action: 'drop', probability: 0.3 }) : undefined
    return on
  }

  // A snapshot of now, or going on from the last one.
  #back(): Answer {
    if (this.#tap !== undefined || this.#rule !== undefined) return 'watched'
    const { kernel, sockets } = this.real
    if (this.#point === undefined) {
      this.#point = kernel.snapshot()
      return sockets.length
    }
    this.#point = undefined
    return this.real.kernel.stateHash()
  }

  close(): number {
    return this.real.kernel.halt()
  }
}

/** Plays a history in both; throws at the first difference. */
export async function playBoth(one: History): Promise<void> {
  const logged = new Player(one, 1)
  const plain = new Player(one, 0)
  for (const [at, act] of one.acts.entries()) {
    const [got, ruled] = [logged, plain].map((player) => player.step(act))
    if (!isDeepStrictEqual(got, ruled)) expect(got, `act ${at}: ${JSON.stringify(act)}`).toEqual(ruled)
    if (at % 8 !== 7) continue
    await settled()
    expect(logged.woken.splice(0), `after act ${at}`).toEqual(plain.woken.splice(0))
  }
  expect([logged.close(), plain.close()]).toEqual([0, 0])
  await settled()
  expect(logged.woken).toEqual(plain.woken)
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
