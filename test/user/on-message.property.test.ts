// A listener gets what a program would that reads its socket empty after every call, and leaves the machine as that does.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MessageView, Socket } from '../../src/api.js'
import { SystemError } from '../../src/user/index.js'
import { type Act, type History, history, Player } from '../group-log/both.js'

const RUNS = Number(process.env.ON_MESSAGE_RUNS ?? 60)
/** What has no equal: a wait is woken before anybody reads, allocations fail one call sooner, and who reads ends what was peeked. */
const LEFT_OUT = ['await', 'failslab', 'peek', 'release']

/** Neither it nor what its listeners do is among these. */
function hasEqual(act: Act): boolean {
  return !LEFT_OUT.includes(act.do) && (!('next' in act) || act.next === null || hasEqual(act.next))
}

type Heard = readonly [socket: number, what: string]

/** Listens, or reads. */
abstract class Side {
  readonly player: Player
  readonly heard: Heard[] = []

  constructor(history: History, groupLog: number) {
    this.player = new Player(history, groupLog)
  }

  play(act: Act): unknown {
    const { sockets } = this.player.real
    const socket = sockets[('sock' in act ? act.sock : 0) % sockets.length]?.socket
    if (act.do === 'listen' && socket !== undefined) this.begin(socket)
    else if (act.do === 'unlisten' && socket !== undefined) this.end(socket)
    else this.player.step('times' in act ? { ...act, times: 1 } : act)
    this.after()
    return { heard: this.heard.splice(0).sort(byNumber), hash: this.player.real.kernel.stateHash() }
  }

  note(socket: Socket, what: string): void {
    this.heard.push([this.player.real.kernel.socketId(socket), what])
  }

  abstract begin(socket: Socket): void
  abstract end(socket: Socket): void
  abstract after(): void
}

const byNumber = ([one]: Heard, [other]: Heard) => one - other
const textOf = (message: MessageView) => Buffer.from(message.bytes).toString('hex')

class Listening extends Side {
  readonly #listeners = new Map<Socket, Disposable>()

  begin(socket: Socket): void {
    if (socket.closed || this.#listeners.has(socket)) return
    const listener = socket.onMessage(
      (message) => this.note(socket, textOf(message)),
      ({ code }) => this.note(socket, code),
    )
    this.#listeners.set(socket, listener)
  }

  end(socket: Socket): void {
    this.#listeners.get(socket)?.[Symbol.dispose]()
    this.#listeners.delete(socket)
  }

  after(): void {}
}

class Reading extends Side {
  readonly #readers = new Set<Socket>()

  begin(socket: Socket): void {
    if (!socket.closed) this.#readers.add(socket)
  }

  end(socket: Socket): void {
    this.#readers.delete(socket)
  }

  after(): void {
    for (const socket of this.#readers) {
      while (!socket.closed && this.#reads(socket)) {}
    }
  }

  #reads(socket: Socket): boolean {
    try {
      const message = socket.peek()
      if (message === null) return false
      this.note(socket, textOf(message))
      socket.release()
    } catch (error) {
      if (!(error instanceof SystemError)) throw error
      this.note(socket, error.code)
    }
    return true
  }
}

function playBoth(one: History, groupLog: number): number {
  const [listening, reading] = [new Listening(one, groupLog), new Reading(one, 0)]
  let heard = 0
  for (const [at, act] of one.acts.entries()) {
    if (!hasEqual(act)) continue
    const got = listening.play(act) as { heard: readonly Heard[] }
    expect(got, `act ${at}: ${JSON.stringify(act)}`).toEqual(reading.play(act))
    heard += got.heard.length
  }
  expect([listening.player.close(), reading.player.close()]).toEqual([0, 0])
  return heard
}

test(
  `${RUNS} random histories are heard as they would be read`,
  () => {
    let heard = 0
    fc.assert(
      fc.property(history, fc.nat(1), (one, groupLog) => {
        heard += playBoth(one, groupLog)
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
    expect(heard).toBeGreaterThan(RUNS)
  },
  30_000 + RUNS * 1000,
)
