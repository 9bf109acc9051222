// A kernel: everything that kernel code and whoever runs the machine can do with it. The core with what is about running it again:
// schedules, faults, the tap, journals, snapshots, explanations.

import type {
  BootOptions,
  ExplainQuestion,
  Explanation,
  Kernel as KernelInterface,
  KernelState,
  KernelStats,
  ProcEventSource as ProcEventSourceInterface,
  Removable,
  RestoreOptions,
  Snapshot as SnapshotInterface,
  TapEvent,
  Task as TaskInterface,
} from '../api.js'
import { type Machine, machineOf } from '../machine/index.js'
import { Journal } from '../machine/journal/index.js'
import { Schedule } from '../sim/index.js'
import { adoptTasks, asBoolean, asObjects, asOptions } from '../user/index.js'
import { ArmedTimers } from './armed-timers.js'
import { bootMachine, CoreKernel } from './core.js'
import { explain } from './explain/index.js'
import { Faults } from './faults.js'
import { readState, readStats } from './inspect.js'
import { Past } from './past.js'
import { ProcEventSource } from './proc-source.js'
import { rebindCallback, rebindModules } from './rebind.js'
import { partsOf } from './snapshot.js'
import { Tap } from './tap.js'
import { listUnbound } from './unbound.js'
import { Watch } from './watch.js'

export class Kernel extends CoreKernel implements KernelInterface {
  readonly schedule: Schedule
  readonly faults: Faults
  readonly journal: Journal
  readonly #tap: Tap
  readonly #past: Past
  readonly #timers: ArmedTimers
  #unbound: readonly string[] = []

  /** See boot(), which has a machine booted, and restore(), which has one that goes on from an image. */
  constructor(machine: Machine) {
    super(machine)
    const { world, timers, sockets, modules } = this.parts
    this.schedule = new Schedule(machine, world.waiters, this.clock)
    const watch = new Watch(machine)
    this.faults = new Faults(machine, watch)
    this.#tap = new Tap(machine, watch)
    this.journal = new Journal(machine)
    this.#timers = new ArmedTimers(machine, timers)
    const { clock, faults } = this
    this.#past = new Past({ machine, world, clock, timers: this.#timers, sockets, modules, faults })
  }

  /** See boot() of the package; `prepare` gets the machine before there is a kernel around it. */
  static boot(options: BootOptions = {}, prepare?: (machine: Machine) => void): Kernel {
    asOptions(options, 'options', { profile: 1, seed: 1, limits: 1, module: 1, groupLog: 1, journal: 1 })
    const journal = asBoolean(options.journal ?? false, 'journal')
    const kernel = new Kernel(bootMachine(options, prepare))
    if (journal) kernel.journal.startAtBoot()
    return kernel
  }

  /** See restore() of the package. */
  static restore(given: SnapshotInterface | Uint8Array, options: RestoreOptions = {}): Kernel {
    const {
      callbacks = [],
      modules = [],
      module,
    } = asOptions(options, 'options', { callbacks: 1, modules: 1, module: 1 })
    asObjects(modules, 'modules')
    asObjects(callbacks, 'callbacks')
    const { config, image, timers } = partsOf(given)
    const kernel = new Kernel(machineOf({ ...config, module: module ?? config.module }, image))
    adoptTasks(kernel.parts.world)
    kernel.#timers.adopt(timers)
    for (const { id, callback } of callbacks) rebindCallback(kernel.parts, id, callback)
    const missing = rebindModules(kernel.parts, kernel.#timers, modules)
    kernel.#unbound = listUnbound(kernel.parts.machine, kernel.#timers.unbound, missing)
    return kernel
  }

  get unbound(): readonly string[] {
    return this.#unbound
  }

  loadProcEvents(stream: Uint8Array): ProcEventSourceInterface {
    return new ProcEventSource(this.parts.machine, this.parts.timers, stream)
  }

  tap(listener: (event: TapEvent) => void): Removable {
    return this.#tap.add(listener)
  }

  explain(question: ExplainQuestion): Explanation {
    return explain(this.parts.machine, question)
  }

  stats(): KernelStats {
    return readStats(this.parts.machine)
  }

  inspect(): KernelState {
    return readState(this.parts.machine)
  }

  run<T>(task: TaskInterface, program: (task: TaskInterface) => Promise<T>): Promise<T> {
    return this.schedule.run(task, program)
  }

  snapshot(): SnapshotInterface {
    return this.#past.snapshot()
  }

  rewind(snapshot: SnapshotInterface): void {
    this.#past.rewind(snapshot)
  }

  keep(save: () => () => void): Disposable {
    return this.#past.keep(save)
  }

  override halt(): number {
    const left = super.halt()
    this.schedule.stop()
    return left
  }
}
