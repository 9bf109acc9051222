// insmod() and rmmod(): modules written in TypeScript, by name. The list of their names is the machine's.

import type { CoreKernel, Module as ModuleOf } from '../api.js'
import type { Machine } from '../machine/index.js'
import { EEXIST } from '../uapi/index.js'
import { asFunction, asHook, asName, asNumber, asObject, asText } from '../user/index.js'
import type { Ownership } from './ownership.js'

type Module = ModuleOf<CoreKernel>

/** Bytes of a module's name that are listed. */
const NAME_BYTES = 255

export class Modules {
  readonly #kernel: CoreKernel
  readonly #machine: Machine
  readonly #ownership: Ownership
  /** By name. */
  readonly loaded = new Map<string, Module>()

  constructor(kernel: CoreKernel, machine: Machine, ownership: Ownership) {
    this.#kernel = kernel
    this.#machine = machine
    this.#ownership = ownership
  }

  /** init()'s result; the module is loaded if it is not negative. What init() throws is thrown, and nothing is loaded. */
  insert(module: Module, params: Readonly<Record<string, unknown>> = {}): number {
    asName(module?.name, 'module.name')
    asFunction(module.init, 'module.init')
    asHook(module.exit, 'module.exit')
    asHook(module.restore, 'module.restore')
    asObject(params, 'params')
    if (this.loaded.has(module.name)) return -EEXIST
    const listed = this.#machine.abi.module_add(this.#nameLength(module.name))
    if (listed < 0) return listed
    this.loaded.set(module.name, module)
    let result: number
    try {
      const given = this.as(module.name, (kernel) => module.init(kernel, params))
      // A promise would be taken for 0.
      result = asNumber(given ?? 0, 'module.init()') | 0
    } catch (error) {
      this.#forget(module)
      throw error
    }
    if (result < 0) this.#forget(module)
    return result
  }

  // init() may have unloaded it, and loaded another of its name.
  #forget(module: Module): void {
    if (this.loaded.get(module.name) === module) this.#unlist(module.name)
  }

  #unlist(name: string): void {
    this.#machine.abi.module_delete(this.#nameLength(name))
    this.loaded.delete(name)
  }

  #nameLength(name: string): number {
    return this.#machine.transmitText(name, NAME_BYTES)
  }

  /** Runs a function as one of a module. */
  as<T>(name: string, fn: (kernel: CoreKernel) => T): T {
    return this.#ownership.as(name, () => fn(this.#kernel))
  }

  remove(name: string): number {
    const module = this.loaded.get(asText(name, 'name'))
    // One that is listed all the same is of a restored machine, and nobody has given it.
    if (module === undefined) return this.#machine.abi.module_delete(this.#nameLength(name))
    this.#unlist(name)
    this.as(name, (kernel) => module.exit?.(kernel))
    return 0
  }
}
