// Starts a program on the real process: its arguments, its streams, its exit status.

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EXIT_FINE, EXIT_WRONG } from './exit.js'
import type { Surroundings } from './surroundings.js'

/**
 * Runs `main` if the module with this address is the one that Node was started with; a module that is only imported does nothing.
 *
 * @param address the module's import.meta.url
 * @param name stands before an error
 */
export async function startProgram(
  address: string,
  name: string,
  main: (args: readonly string[], around: Surroundings) => Promise<number>,
): Promise<void> {
  if (!isStarted(address)) return
  // Whoever reads the output may close it early, as `head` does: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_FINE)
    process.stderr.write(`${name}: ${error.message}\n`)
    process.exit(EXIT_WRONG)
  })
  const { stdout, stderr, env } = process
  process.exitCode = await main(process.argv.slice(2), { stdout, stderr, env, onInterrupt })
}

/** The command of an installed package is a link to its file. */
function isStarted(address: string): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === fileURLToPath(address)
}

/** Once: whoever interrupts again ends the process. */
function onInterrupt(listener: () => void): () => void {
  process.once('SIGINT', listener)
  return () => process.off('SIGINT', listener)
}
