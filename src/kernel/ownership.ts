// Whose functions run: what a module's functions set up belongs to the module, and is found again under its name.

export class Ownership {
  #owner = ''

  /** The name of the module whose function runs; '' for nobody. */
  get owner(): string {
    return this.#owner
  }

  /** Runs a function as one of a module. */
  as<T>(owner: string, fn: () => T): T {
    const outer = this.#owner
    this.#owner = owner
    try {
      return fn()
    } finally {
      this.#owner = outer
    }
  }

  /** The function, as one of the module whose function runs now. */
  own<Arguments extends unknown[], Result>(fn: (...given: Arguments) => Result): (...given: Arguments) => Result {
    const owner = this.#owner
    return owner === '' ? fn : (...given) => this.as(owner, () => fn(...given))
  }
}
