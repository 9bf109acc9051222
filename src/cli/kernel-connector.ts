#!/usr/bin/env node
// The command `kernel-connector`: finds the command that is meant, and runs it.

import { version } from '../../package.json'
import { COMMANDS } from './commands/index.js'
import { orUsage, runCommand } from './frame/command.js'
import { UsageError } from './frame/errors.js'
import { EXIT_FINE } from './frame/exit.js'
import { helpText } from './frame/help.js'
import { nearest } from './frame/nearest.js'
import { HELP_OPTION } from './frame/options.js'
import { startProgram } from './frame/start.js'
import type { Surroundings } from './frame/surroundings.js'

const NAME = 'kernel-connector'

const HELP = helpText({
  about: ["Linux's netlink stack and its Kernel Connector as a machine that does the same thing each time."],
  usage: [`${NAME} COMMAND [options]`, `${NAME} COMMAND --help`],
  commands: Object.fromEntries(COMMANDS.map(({ name, summary }) => [name, summary])),
  options: { ...HELP_OPTION, version: { type: 'boolean', short: 'V', help: 'print the version' } },
  examples: { [`${NAME} demo`]: 'see it work', [`${NAME} proc --help`]: 'about one command' },
  exit: { fine: 'nothing is wrong', wrong: 'what the command looked at is wrong; its help says more' },
})

/** Runs the command line. @returns the exit status */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h') return print(HELP, around)
  if (name === '--version' || name === '-V') return print(`${version}\n`, around)
  const command = COMMANDS.find((one) => one.name === name)
  if (command !== undefined) return runCommand(command, rest, around, `${NAME} ${name}`)
  return orUsage(NAME, around, () => Promise.reject(new UsageError(unknown(name))))
}

function print(text: string, { stdout }: Surroundings): number {
  stdout.write(text)
  return EXIT_FINE
}

function unknown(name: string): string {
  if (name.startsWith('-')) return `unknown option '${name}'`
  const meant = nearest(
    name,
    COMMANDS.map((command) => command.name),
  )
  return `unknown command "${name}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`
}

await startProgram(import.meta.url, NAME, main)
