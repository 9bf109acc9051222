// Recorded scenarios, every socket of them behind a port. A scenario's calls are written for sockets that answer at once: a call that has
// to wait for its answer is left by an exception, and the step is played again when the answer is there.
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { type Backend, Unsupported, type World } from '../../src/cli/replay/backend.js'
import { machineBackend } from '../../src/cli/replay/machine.js'
import { playScenario } from '../../src/cli/replay/player.js'
import { plain, renderFailure } from '../../src/cli/replay/report.js'
import type { Scenario, Step, TaskSpec } from '../../src/cli/replay/scenario.js'
import { LINUX_6, type Socket, type Task } from '../../src/index.js'
import { connect, type RemoteKernel, type RemoteSocket, type Served, serve } from '../../src/worker/index.js'
import { recordedFiles } from '../conformance/recorded.js'

/** Thrown out of a step that has to wait. */
class Suspended {
  constructor(readonly promise: Promise<unknown>) {}
}

interface Outcome {
  readonly value?: unknown
  readonly error?: unknown
  /** What the call wrote into the buffers that it was given. */
  readonly buffers: readonly Uint8Array[]
}

/** The calls of one step, in order, each made once. */
class Memory {
  #outcomes: Outcome[] = []
  #next = 0

  /** Plays a step until all its calls are answered. */
  async play<T>(step: () => Promise<T>): Promise<T> {
    this.#outcomes = []
    for (;;) {
      this.#next = 0
      try {
        return await step()
      } catch (thrown) {
        if (!(thrown instanceof Suspended)) throw thrown
        await thrown.promise
      }
    }
  }

  /** What a call gives; `buffers` are those of the caller, which are others each time. */
  call<T>(make: (buffers: Uint8Array[]) => Promise<T>, buffers: readonly Uint8Array[] = []): T {
    const outcome = this.#outcomes[this.#next++]
    if (outcome === undefined) {
      const copies = buffers.map((buffer) => buffer.slice())
      throw new Suspended(
        make(copies).then(
          (value) => this.#outcomes.push({ value, buffers: copies }),
          (error: unknown) => this.#outcomes.push({ error, buffers: copies }),
        ),
      )
    }
    for (const [index, written] of outcome.buffers.entries()) buffers[index]?.set(written)
    if (outcome.error !== undefined) throw outcome.error
    return outcome.value as T
  }
}

/** A remote socket as if it were here. */
function nearSocket(memory: Memory, remote: RemoteSocket): Socket {
  type Method = (...args: unknown[]) => Promise<unknown>
  /** `args` makes the arguments, with copies in the place of buffers that the call writes into. */
  const call = (name: string, buffers: readonly Uint8Array[], args: (copies: Uint8Array[]) => unknown[]) => {
    const method = remote[name as keyof RemoteSocket] as unknown as Method
    return memory.call((copies) => method.apply(remote, args(copies)), buffers)
  }
  const withRoom =
    (name: string) =>
    (room: Uint8Array, ...more: unknown[]) =>
      call(name, [room], ([copy]) => [copy, ...more])
  const withOptionalRoom = (name: string) => (room?: Uint8Array, len?: number) =>
    room === undefined ? call(name, [], () => []) : call(name, [room], ([copy]) => [copy, len])
  const special: Readonly<Record<string, unknown>> = {
    recv: withRoom('recv'),
    read: withRoom('read'),
    recvfrom: withRoom('recvfrom'),
    recvmsg: (msg: { iov: Uint8Array[] }, ...more: unknown[]) =>
      call('recvmsg', msg.iov, (copies) => [{ ...msg, iov: copies }, ...more]),
    getsockopt: (level: number, name: number, room: Uint8Array, len?: number) =>
      call('getsockopt', [room], ([copy]) => [level, name, copy, len]),
    getsockname: withOptionalRoom('getsockname'),
    getpeername: withOptionalRoom('getpeername'),
  }
  return new Proxy({} as Socket, {
    get(_, name) {
      if (name === 'closed') return remote.closed
      return special[name as string] ?? ((...args: unknown[]) => call(name as string, [], () => args))
    },
  })
}

/** A task of which only sockets are used here. */
function nearTask(memory: Memory, served: Served, remote: Promise<RemoteKernel>): Task {
  const sockets = new Map<RemoteSocket, Socket>()
  return new Proxy(served.task, {
    get(task, name) {
      if (name === 'pid' || name === 'tgid') return task[name]
      if (name !== 'socket') throw new Unsupported(`${String(name)} of a task behind a port`)
      return (family: number, type: number, protocol: number) => {
        const made = memory.call(async () => (await remote).socket(family, type, protocol))
        if (!sockets.has(made)) sockets.set(made, nearSocket(memory, made))
        return sockets.get(made)
      }
    },
  })
}

const memory = new Memory()
const limits = { sockets: 1e5, receiveBytes: 1e12, memberships: 1e5, callBytes: 1e7, bytesInFlight: 2e7 }
const machine = machineBackend(LINUX_6)

const backend: Backend = {
  whyNot: (scenario) => machine.whyNot(scenario),
  open(scenario): World {
    const world = machine.open(scenario)
    const open: Served[] = []
    return {
      kernel: world.kernel,
      spawn(spec: TaskSpec) {
        const { port1, port2 } = new MessageChannel()
        // The world says in which namespace its tasks are.
        const kernel = { ...methodsOf(world, spec) }
        const served = serve(kernel as never, port1, {
          uid: spec.uid,
          gid: spec.gid,
          caps: spec.caps,
          pid: spec.pid,
          limits,
        })
        open.push(served)
        return nearTask(memory, served, connect(port2))
      },
      netlinkTable: (task) => world.netlinkTable(task),
      close() {
        for (const served of open) served.close()
        world.close()
      },
    }
  },
}

/** What serve() needs of a kernel, with the world's own way to make this task. */
function methodsOf(world: World, spec: TaskSpec) {
  const kernel = world.kernel!
  return { spawn: () => world.spawn(spec), waiting: kernel.waiting.bind(kernel) }
}

const remember = (step: Step): Step => ({ ...step, play: (stage) => memory.play(() => step.play(stage)) })
const remote = (scenario: Scenario): Scenario => ({ ...scenario, steps: scenario.steps.map(remember) })

/** Those whose tasks do more than use sockets are not for here; so many are. */
const AT_LEAST = 640
let played = 0

describe.each(recordedFiles())('$topic', ({ path, topic, scenarios }) => {
  it.for(scenarios)('$name', async (scenario, { skip }) => {
    const result = { file: path, topic, name: scenario.name, ...(await playScenario(remote(scenario), backend)) }
    const beyond = result.outcome === 'failed' && /not supported by this machine/.test(result.reason ?? '')
    skip(result.outcome === 'skipped' || beyond, result.reason)
    expect(result.outcome === 'failed' ? renderFailure(result, plain) : '').toBe('')
    played++
  })
})

it('most scenarios can be played behind a port', () => {
  expect(played).toBeGreaterThan(AT_LEAST)
})
