// One run of a scene: a kernel with the knobs applied, the user's code, and a recorded point at each step of it.

import { Capture } from '../../src/capture/index.js'
import { boot, type Kernel, replay, SO_RCVBUFFORCE, SOL_SOCKET, type Socket } from '../../src/index.js'
import type { Knobs } from '../shared/knobs.js'
import type { Failure, MachineView, RunRequest } from '../shared/protocol.js'
import { JournalPlayer } from './journal-player.js'
import { sampleOf, viewOf } from './look.js'
import { printed } from './printing.js'
import { type Post, Recording } from './recording.js'
import { UserModule, withAddresses } from './user-module.js'

/** A run ends here: everything that happens is kept, and memory has an end. */
const MOST_STEPS = 200_000
const MOST_JOURNAL = 192 * 1024 * 1024
/** Calls of Linux's kernel double what is asked for. */
const RCVBUF_FACTOR = 2

export class Run {
  readonly #post: Post
  readonly #kernel: Kernel
  readonly #knobs: Knobs
  readonly #recording: Recording
  #module: UserModule | undefined
  #player: JournalPlayer | undefined
  #until = 0
  #goOn: (() => void) | undefined
  /** What nobody awaited, a program's error or a forgotten promise; the next step throws it. */
  #forgotten: { readonly error: unknown } | undefined
  #ended = false
  /** Whether the machine stands at the last step: then it can be looked at as it is. */
  #stands = false

  constructor({ knobs }: RunRequest, post: Post) {
    this.#post = post
    this.#knobs = knobs
    this.#recording = new Recording(post)
    const { seed, profile } = knobs
    this.#kernel = boot({ seed, journal: true, ...(profile === 'default' ? {} : { profile }) })
    this.#applyKnobs(knobs)
    this.#kernel.tap(this.#recording.event)
  }

  #applyKnobs({ schedule, drop, delay, delayMs, fail }: Knobs): void {
    const { faults } = this.#kernel
    if (schedule !== 'fifo') this.#kernel.schedule.policy = { seed: schedule }
    if (drop > 0) faults.add({ action: 'drop', probability: drop / 100 })
    if (delay > 0) faults.add({ action: 'delay', ms: delayMs, probability: delay / 100 })
    if (fail > 0) faults.failslab({ probability: fail, times: -1 })
  }

  /** Runs the scene to its end, as far as the page lets it. */
  async start({ code, modules, file }: RunRequest): Promise<void> {
    this.#record('The machine has booted')
    let failure: Failure | null = null
    try {
      await this.#permission()
      this.#module = new UserModule(withAddresses(code, modules))
      const scene = await this.#module.scene()
      await scene(this.#context(file))
      await this.#kernel.schedule.idle()
      this.#throwForgotten()
      this.#record('The end')
    } catch (error) {
      failure = this.#failureOf(error)
      this.#record(`Failed: ${failure.name}: ${failure.message}`)
    }
    this.#rest()
    this.#end(failure)
  }

  #end(failure: Failure | null): void {
    if (this.#ended) return
    this.#ended = true
    this.#post({ type: 'ended', failure })
  }

  /** An error that nobody awaited: the scene ends with it, at once if it stands at a step. */
  fail(error: unknown): void {
    this.#forgotten ??= { error }
    if (this.#goOn !== undefined) this.#end(this.#failureOf(error))
  }

  #throwForgotten(): void {
    if (this.#forgotten !== undefined) throw this.#forgotten.error
  }

  #failureOf(error: unknown): Failure {
    return (this.#module ?? new UserModule('')).failure(error)
  }

  /** What the scene gets. */
  #context(file: Uint8Array | null) {
    return {
      kernel: this.#kernel,
      knobs: this.#knobs,
      file,
      step: (label: unknown = '') => this.#step(String(label)),
      print: (...values: unknown[]) => this.print(values),
      tune: (socket: Socket) => this.#tune(socket),
    }
  }

  /** Puts values into the output, at the step that comes next. */
  print(values: readonly unknown[]): void {
    this.#recording.print(printed(values))
  }

  #tune(socket: Socket): Socket {
    const { rcvbuf } = this.#knobs
    if (rcvbuf > 0) socket.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, Math.ceil(rcvbuf / RCVBUF_FACTOR))
    return socket
  }

  async #step(label: string): Promise<void> {
    // Programs come to rest first, so that a step is the same each time.
    await this.#kernel.schedule.idle()
    this.#throwForgotten()
    this.#record(label)
    if (this.#recording.length >= MOST_STEPS || this.#kernel.journal.size > MOST_JOURNAL) {
      throw new RangeError(`the recording ends here: it has ${this.#recording.length} steps and takes much memory`)
    }
    await this.#permission()
  }

  #record(label: string): void {
    const { clock, journal } = this.#kernel
    this.#recording.step(label, clock.now_ns, journal.calls, sampleOf(this.#kernel))
  }

  /** Waits until the page lets the scene go beyond the last step. */
  async #permission(): Promise<void> {
    if (this.#until >= this.#recording.length) return
    this.#rest()
    await new Promise<void>((resolve) => {
      this.#goOn = resolve
    })
  }

  #rest(): void {
    this.#stands = true
    this.#post({ type: 'stands', view: viewOf(this.#kernel, this.#recording.length - 1) })
  }

  /** The scene may go on up to this step. */
  until(step: number): void {
    this.#until = step
    if (this.#goOn === undefined || this.#ended || step < this.#recording.length) return
    const goOn = this.#goOn
    this.#goOn = undefined
    this.#stands = false
    goOn()
  }

  /** The machine as it was at a step. @throws RangeError if there is no such step */
  look(step: number): MachineView {
    const { length } = this.#recording
    if (!(step >= 0 && step < length)) throw new RangeError(`there is no step ${step}`)
    if (this.#stands && step === length - 1) return viewOf(this.#kernel, step)
    const calls = this.#recording.callsAt(step)
    if (this.#player === undefined || this.#player.total < calls) {
      this.#player = new JournalPlayer(this.#kernel.journal.export())
    }
    return this.#player.viewAt(calls, step)
  }

  /** The journal so far. */
  journal(): Uint8Array {
    return this.#kernel.journal.export()
  }
}

/** All messages of a journal as a capture that Wireshark opens. */
export function captureOf(journal: Uint8Array): Uint8Array {
  let hear = (_event: Parameters<Parameters<Kernel['tap']>[0]>[0]): void => {}
  const remove = () => {}
  const capture = new Capture({
    tap: (listener) => {
      hear = listener
      return { remove, [Symbol.dispose]: remove }
    },
  })
  replay(journal, { tap: (event) => hear(event) })
  return capture.bytes()
}
