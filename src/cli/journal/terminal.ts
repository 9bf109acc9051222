// A walk through a journal on a terminal.

import { createInterface } from 'node:readline'
import { EXIT_FINE } from '../frame/exit.js'
import type { Surroundings } from '../frame/surroundings.js'
import { KEYS, type Walk } from './walk.js'

/** Goes on until the user has enough. @returns the exit status */
export async function walkOnTerminal(walk: Walk, { stdout }: Surroundings): Promise<number> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const show = (shown: readonly string[]) => stdout.write(`${shown.join('\n')}\n\n`)
  show([...walk.show(), '', KEYS])
  const ask = () => {
    lines.setPrompt(walk.prompt)
    lines.prompt()
  }
  ask()
  for await (const line of lines) {
    const shown = walk.enter(line)
    if (shown === null) break
    show(shown)
    ask()
  }
  lines.close()
  return EXIT_FINE
}
