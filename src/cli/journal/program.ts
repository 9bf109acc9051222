// A program of the user's that is recorded: found, and run to its end, whatever that is.

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Kernel } from '../../index.js'
import { InputError } from '../frame/errors.js'
import { userPath } from '../frame/paths.js'
import type { Surroundings } from '../frame/surroundings.js'

/** What a program exports as its default. */
export type Program = (kernel: Kernel, args: readonly string[]) => void | Promise<void>

/** How a program ended: well, by an error, by Ctrl-C, or not at all, because it waits for what nobody will do. */
export type End =
  | { readonly how: 'done' | 'interrupted' | 'stuck' }
  | { readonly how: 'error'; readonly error: unknown }

/**
 * Loads the program.
 *
 * @throws InputError if there is none, or it exports no function
 */
export async function loadProgram(path: string, { env }: Pick<Surroundings, 'env'>): Promise<Program> {
  const { href } = pathToFileURL(resolve(userPath(path, env, 'start')))
  const loaded = await load(path, href)
  if (typeof loaded.default === 'function') return loaded.default as Program
  throw new InputError(`${path} has no function as its default export: export default (kernel, args) => { ... }`)
}

async function load(path: string, href: string): Promise<{ default?: unknown }> {
  try {
    return await import(/* @vite-ignore */ href)
  } catch (error) {
    throw new InputError(`cannot load ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** An error with its stack as far as that is the program's own. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const lines = (error.stack ?? error.message).split('\n')
  const ours = lines.findIndex((line) => line.includes('callTheProgram'))
  return lines.slice(0, ours < 0 ? lines.length : ours).join('\n')
}

/** Runs it; it comes back in any case, but for a program that never lets go of the thread. */
export async function runProgram(
  program: Program,
  kernel: Kernel,
  args: readonly string[],
  { onInterrupt }: Pick<Surroundings, 'onInterrupt'>,
): Promise<End> {
  const cleanUp: (() => void)[] = []
  const ends = new Promise<End>((settle) => {
    cleanUp.push(onInterrupt?.(() => settle({ how: 'interrupted' })) ?? (() => {}))
    // Nothing is left that could wake the program: without this the process would end here, and the journal with it.
    const stuck = () => settle({ how: 'stuck' })
    process.once('beforeExit', stuck)
    cleanUp.push(() => process.off('beforeExit', stuck))
  })
  const callTheProgram = async (): Promise<End> => {
    await program(kernel, args)
    return { how: 'done' }
  }
  const failed = (error: unknown): End => ({ how: 'error', error })
  try {
    return await Promise.race([callTheProgram().catch(failed), ends])
  } finally {
    for (const one of cleanUp) one()
  }
}
