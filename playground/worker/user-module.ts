// The user's code as a module: it is imported from a blob, so no text is ever evaluated as a script by the page.

import type { Failure } from '../shared/protocol.js'

const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(kernel-connector(?:\/\w+)?)\2/g

/**
 * The code with the addresses of the modules in place of their names: a worker has no import map. Lines stay where they are.
 *
 * @throws Error for a module of the package that the playground does not have
 */
export function withAddresses(code: string, modules: Readonly<Record<string, string>>): string {
  return code.replace(SPECIFIER, (_all, before: string, quote: string, name: string) => {
    const address = modules[name]
    if (address === undefined) throw new Error(`there is no module ${name} here: ${Object.keys(modules).join(', ')}`)
    return `${before}${quote}${address}${quote}`
  })
}

/** A module made of text, and where its errors say they are. */
export class UserModule {
  readonly #url: string

  constructor(code: string) {
    this.#url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  }

  /** Its function `scene`. @throws (rejects) SyntaxError and what the module throws; TypeError if it exports no such function */
  async scene(): Promise<(context: unknown) => unknown> {
    const { scene } = (await import(this.#url)) as { scene?: unknown }
    if (typeof scene !== 'function') {
      throw new TypeError(
        'the code must export a function named scene: export async function scene({ kernel, step }) {}',
      )
    }
    return scene as (context: unknown) => unknown
  }

  /** What the page says about an error: the line is the first one of the stack that lies in the user's code. */
  failure(error: unknown): Failure {
    if (!(error instanceof Error)) return { name: 'thrown', message: String(error), line: null }
    const stack = error.stack ?? ''
    const at = stack.indexOf(`${this.#url}:`)
    const line = at < 0 ? Number.NaN : Number.parseInt(stack.slice(at + this.#url.length + 1), 10)
    const parts = error instanceof AggregateError ? error.errors.map((one) => `\n${String(one)}`).join('') : ''
    return { name: error.name, message: error.message + parts, line: Number.isNaN(line) ? null : line }
  }
}
