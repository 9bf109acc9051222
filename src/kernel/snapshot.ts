// Snapshots: an image of the machine's memory, and beside it what the host keeps: functions in their slots, tasks, sockets, timers.

import type { Module, Snapshot as SnapshotInterface } from '../api.js'
import { type Machine, type MachineConfig, machineOf, recycleImage, type SavedFunctions } from '../machine/index.js'
import { isBytes, plainBytes } from '../uapi/typed-arrays.js'
import type { SavedTask } from '../user/index.js'
import type { SavedTimer, SavedTimers } from './armed-timers.js'
import type { SavedFaults } from './faults.js'
import type { KernelSockets } from './kernel-socket.js'
import { decodeSnapshot, encodeSnapshot } from './snapshot-format.js'
import { readStateHash } from './state-hash.js'

/** What the host keeps of a machine: only rewind() can use it, in the kernel that it is of. */
export interface HostState {
  readonly functions: SavedFunctions
  readonly tasks: readonly SavedTask[]
  readonly timers: SavedTimers
  readonly sockets: Readonly<Pick<KernelSockets, 'slots' | 'notifiers'>>
  readonly modules: ReadonlyMap<string, Module>
  readonly faults: SavedFaults
  /** Who keeps something outside, and what puts that back. */
  readonly kept: ReadonlyMap<Keeper, () => void>
}

/** Saves what is outside of the machine, as kernel.keep() has it. */
export type Keeper = () => () => void

export interface SnapshotParts {
  readonly config: MachineConfig
  readonly image: Uint8Array<ArrayBuffer>
  /** Nanoseconds. */
  readonly time: bigint
  /** The armed timers, by the names that a restored machine finds them under. */
  readonly timers: readonly SavedTimer[]
  /** The machine that it is of, and what the host keeps of that; not for a snapshot that was imported. */
  readonly of?: Machine
  readonly host?: HostState
}

export class Snapshot implements SnapshotInterface {
  readonly size: number
  readonly time: bigint
  #parts: SnapshotParts | undefined
  #hash: string | undefined

  /** Only a kernel makes snapshots, and restore() of bytes. */
  constructor(parts: SnapshotParts) {
    this.size = parts.image.length
    this.time = parts.time
    this.#parts = parts
  }

  get parts(): SnapshotParts {
    if (this.#parts === undefined) throw new Error('this snapshot was disposed of')
    return this.#parts
  }

  get stateHash(): string {
    const { config, image } = this.parts
    this.#hash ??= readStateHash(machineOf(config, image))
    return this.#hash
  }

  export(): Uint8Array {
    return encodeSnapshot(this.parts)
  }

  dispose(): void {
    const parts = this.#parts
    this.#parts = undefined
    if (parts?.of !== undefined) recycleImage(parts.of, parts.image)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/**
 * What a snapshot, or the bytes of an exported one, holds.
 * @throws TypeError, RangeError
 */
export function partsOf(given: SnapshotInterface | Uint8Array): SnapshotParts {
  if (given instanceof Snapshot) return given.parts
  if (isBytes(given)) return decodeSnapshot(plainBytes(given) as Uint8Array)
  throw new TypeError('snapshot must be a snapshot of a kernel, or the bytes of an exported one')
}
