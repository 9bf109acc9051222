// Going back: a copy of the machine with what the host keeps beside it, and its return.

import type { Snapshot as SnapshotInterface } from '../api.js'
import { functionsOf, imageOf, type Machine, rewindTo, setFunctions } from '../machine/index.js'
import { ECANCELED } from '../uapi/index.js'
import { asFunction, restoreTasks, SystemError, saveTasks, type TaskWorld } from '../user/index.js'
import type { ArmedTimers } from './armed-timers.js'
import type { Clock } from './clock.js'
import type { Faults } from './faults.js'
import type { KernelSockets } from './kernel-socket.js'
import type { Modules } from './modules.js'
import { type Keeper, partsOf, Snapshot } from './snapshot.js'

/** What has something to save. */
export interface Present {
  readonly machine: Machine
  readonly world: TaskWorld
  readonly clock: Clock
  readonly timers: ArmedTimers
  readonly sockets: KernelSockets
  readonly modules: Modules
  readonly faults: Faults
}

export class Past {
  readonly #present: Present
  readonly #keepers = new Set<Keeper>()

  constructor(present: Present) {
    this.#present = present
  }

  /** A copy of what is. */
  snapshot(): Snapshot {
    const { machine, world, clock, timers, sockets, modules, faults } = this.#present
    this.#mustRest('a snapshot')
    const saved = timers.save()
    const kept = new Map([...this.#keepers].map((save) => [save, asFunction(save(), 'what save() gives')]))
    return new Snapshot({
      config: machine.config,
      image: imageOf(machine),
      time: clock.now_ns,
      timers: saved.saved,
      of: machine,
      host: {
        functions: functionsOf(machine),
        tasks: saveTasks(world),
        timers: saved,
        sockets: { slots: new Map(sockets.slots), notifiers: [...sockets.notifiers] },
        modules: new Map(modules.loaded),
        faults: faults.save(),
        kept,
      },
    })
  }

  /** Back to what was. Whoever waits is told first: what he has in the machine is taken back while it is there. */
  rewind(snapshot: SnapshotInterface): void {
    const { machine, world, timers, sockets, modules, faults } = this.#present
    this.#mustRest('a rewind')
    const { of, host, image } = partsOf(snapshot)
    if (of !== machine || host === undefined) {
      throw new TypeError('snapshot must be one of this kernel; restore() makes a kernel of any')
    }
    world.waiters.rejectAll(new SystemError(-ECANCELED, 'rewind'))
    rewindTo(machine, image)
    setFunctions(machine, host.functions)
    restoreTasks(world, host.tasks)
    timers.restore(host.timers)
    replace(sockets.slots, host.sockets.slots)
    sockets.notifiers.splice(0, sockets.notifiers.length, ...host.sockets.notifiers)
    replace(modules.loaded, host.modules)
    faults.restore(host.faults)
    this.#keepers.clear()
    for (const save of host.kept.keys()) this.#keepers.add(save)
    for (const restore of host.kept.values()) restore()
  }

  /** See kernel.keep(). */
  keep(save: Keeper): Disposable {
    asFunction(save, 'save')
    // Of its own: the same function may be given twice.
    const keeper = () => save()
    this.#keepers.add(keeper)
    return { [Symbol.dispose]: () => void this.#keepers.delete(keeper) }
  }

  #mustRest(what: string): void {
    if (this.#present.machine.atRest) return
    throw new Error(`${what} cannot be taken while the kernel calls functions or wakes somebody`)
  }
}

function replace<Key, Value>(map: Map<Key, Value>, by: ReadonlyMap<Key, Value>): void {
  map.clear()
  for (const [key, value] of by) map.set(key, value)
}
