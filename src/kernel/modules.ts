// insmod() and rmmod(): modules written in TypeScript, by name.

import type { Kernel, Module } from '../api.js'
import { EEXIST, ENOENT } from '../uapi/index.js'
import { asFunction, asObject, asText } from '../user/index.js'

export class Modules {
  readonly #kernel: Kernel
  readonly #loaded = new Map<string, Module>()

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** init()'s result; the module is loaded if it is not negative. What init() throws is thrown, and nothing is loaded. */
  insert(module: Module, params: Readonly<Record<string, unknown>> = {}): number {
    if (typeof module?.name !== 'string' || module.name === '') throw new TypeError('a module needs a name')
    asFunction(module.init, 'module.init')
    if (module.exit !== undefined) asFunction(module.exit, 'module.exit')
    asObject(params, 'params')
    if (this.#loaded.has(module.name)) return -EEXIST
    this.#loaded.set(module.name, module)
    let result: number
    try {
      result = module.init(this.#kernel, params) | 0
    } catch (error) {
      this.#forget(module)
      throw error
    }
    if (result < 0) this.#forget(module)
    return result
  }

  // init() may have unloaded it, and loaded another of its name.
  #forget(module: Module): void {
    if (this.#loaded.get(module.name) === module) this.#loaded.delete(module.name)
  }

  remove(name: string): number {
    const module = this.#loaded.get(asText(name, 'name'))
    if (module === undefined) return -ENOENT
    this.#loaded.delete(name)
    module.exit?.(this.#kernel)
    return 0
  }

  names(): string[] {
    return [...this.#loaded.keys()]
  }
}
