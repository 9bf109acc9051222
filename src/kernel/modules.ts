// insmod() and rmmod(): modules written in TypeScript, by name.

import type { Kernel, Module } from '../api.js'
import { EEXIST, ENOENT } from '../uapi/index.js'
import { asFunction } from '../user/index.js'

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
    if (this.#loaded.has(module.name)) return -EEXIST
    this.#loaded.set(module.name, module)
    let result: number
    try {
      result = module.init(this.#kernel, params) | 0
    } catch (error) {
      this.#loaded.delete(module.name)
      throw error
    }
    if (result < 0) this.#loaded.delete(module.name)
    return result
  }

  remove(name: string): number {
    const module = this.#loaded.get(name)
    if (module === undefined) return -ENOENT
    this.#loaded.delete(name)
    module.exit?.(this.#kernel)
    return 0
  }

  names(): string[] {
    return [...this.#loaded.keys()]
  }
}
