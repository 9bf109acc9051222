// Random histories three times: with send() and recv(), with every message built and read in place, and with drain() for several receives.
// The same answers, the same digest.
// IN_PLACE_RUNS asks for more of them.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Socket } from '../../src/api.js'
import { EAGAIN } from '../../src/uapi/index.js'
import { SystemError } from '../../src/user/index.js'
import { scenario } from '../model/arbitrary.js'
import { bytesOf, type Call, type Calls, hex, repeated } from '../model/calls.js'
import { Real } from '../model/real.js'

const RUNS = Number(process.env.IN_PLACE_RUNS ?? 60)
/** As much room as a dump can ask for. */
const ROOM = 40_000

function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (error instanceof SystemError) return error.errno
    throw error
  }
}

abstract class Form extends Real {
  abstract sendOnce(socket: Socket, data: Uint8Array): unknown
  abstract receiveOnce(socket: Socket): unknown

  #on(index: number, times: number, act: (socket: Socket) => unknown): unknown {
    const one = this.sockets[index % this.sockets.length]
    return one === undefined ? 'no socket' : repeated(times, () => outcome(() => act(one.socket)))
  }

  override send({ sock, payload, times }: Calls['send']): unknown {
    return this.#on(sock, times, (socket) => this.sendOnce(socket, bytesOf(payload)))
  }

  override recv({ sock, times }: Calls['recv']): unknown {
    return this.#on(sock, times, (socket) => this.receiveOnce(socket))
  }
}

class Copied extends Form {
  sendOnce(socket: Socket, data: Uint8Array): unknown {
    return socket.send(data)
  }

  receiveOnce(socket: Socket): unknown {
    const buffer = new Uint8Array(ROOM)
    return hex(buffer.subarray(0, socket.recv(buffer)))
  }
}

class InPlace extends Form {
  sendOnce(socket: Socket, data: Uint8Array): unknown {
    try {
      socket.reserve(data.length).bytes.set(data)
      return socket.commit()
    } catch (error) {
      // What could not be sent is given up, as the other form does.
      outcome(() => socket.reserve(0))
      throw error
    }
  }

  receiveOnce(socket: Socket): unknown {
    const view = socket.peek()
    if (view === null) return -EAGAIN
    const data = hex(view.bytes)
    socket.release()
    return data
  }
}

class Drained extends InPlace {
  override recv({ sock, times }: Calls['recv']): unknown {
    const { socket } = this.sockets[sock % this.sockets.length] ?? {}
    if (socket === undefined) return 'no socket'
    const answers: unknown[] = []
    while (answers.length < times) {
      const ended = outcome(() => socket.drain(({ bytes }) => answers.push(hex(bytes)), times - answers.length))
      if (answers.length < times) answers.push((ended as number) >= 0 ? -EAGAIN : ended)
    }
    return answers
  }
}

test(`${RUNS} random histories, copied, in place and drained`, () => {
  let messages = 0
  fc.assert(
    fc.property(scenario, ({ profile, seed, calls }) => {
      const forms = [new Copied(profile, seed), new InPlace(profile, seed), new Drained(profile, seed)] as const
      calls.forEach((call, at) => {
        const [copied, ...others] = forms.map((form) => ({
          answer: (form[call.do] as (call: Call) => unknown).call(form, call),
          look: form.look(),
          digest: form.kernel.stateHash(),
        }))
        for (const other of others) {
          if (!isDeepStrictEqual(other, copied)) expect(other, `call ${at}: ${JSON.stringify(call)}`).toEqual(copied)
        }
      })
      messages += forms[0].kernel.stats().messages
      for (const { kernel } of forms) expect(kernel.halt()).toBe(0)
    }),
    { numRuns: RUNS },
  )
  expect(messages).toBeGreaterThan(RUNS)
}, 120_000)
