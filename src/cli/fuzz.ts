// The command `npm run fuzz:linux`: random sequences of calls on the machine and on this computer's kernel, until they differ.

import { fileURLToPath } from 'node:url'
import { LINUX_6 } from '../index.js'
import { type Command, runCommand } from './frame/command.js'
import { EXIT_FINE, EXIT_WRONG } from './frame/exit.js'
import { helpText } from './frame/help.js'
import { HELP_OPTION, integer, parseOptions } from './frame/options.js'
import { Progress } from './frame/progress.js'
import { startProgram } from './frame/start.js'
import type { Streams } from './frame/surroundings.js'
import type { Difference, Sides } from './fuzz/duel.js'
import { renderAnswers, renderScenario, scenarioOf } from './fuzz/print.js'
import { type RunOptions, type RunResult, run, type Watcher } from './fuzz/run.js'
import { worldOf } from './fuzz/side.js'
import { hostBackend } from './replay/host.js'
import { machineBackend } from './replay/machine.js'

const DEFAULT_COUNT = 1000
const MOST_SEED = 0xffffffff
const MOST_COUNT = 1e9
/** The helper of the host backend, where the build puts it. */
const HOST_HELPER = fileURLToPath(new URL('./host-helper.js', import.meta.url))

export interface Surroundings extends Streams {
  /** The program of the helper processes. */
  readonly helper?: string
  /** What is compared in place of the machine and this computer's kernel. */
  readonly sides?: Sides
}

const OPTIONS = {
  seed: {
    type: 'string',
    value: 'NUMBER',
    help: 'which sequences: the same number, the same sequences; by default a new one each time',
  },
  count: { type: 'string', value: 'NUMBER', help: `how many sequences (default ${DEFAULT_COUNT})` },
  from: {
    type: 'string',
    value: 'NUMBER',
    help: 'the number of the first one (default 0): --from K --count 1 plays one sequence again',
  },
  json: { type: 'boolean', help: 'one JSON document with the result on stdout' },
  ...HELP_OPTION,
} as const

const FUZZ: Command<Surroundings> = {
  name: 'fuzz',
  summary: "plays random calls on the machine and on this computer's kernel, until they differ",
  help: helpText({
    about: [
      "Plays random sequences of calls on the machine and on this computer's kernel, and tells where they differ.",
      'Linux, root and the package koffi are needed. A difference is made as short as possible and printed as a scenario file.',
    ],
    usage: ['npm run --silent fuzz:linux -- [options]'],
    options: OPTIONS,
    examples: { 'npm run --silent fuzz:linux -- --seed 5 --count 100': 'the same hundred sequences each time' },
    exit: { fine: 'nothing differs, or nothing can be played here ("skipped")', wrong: 'something differs' },
  }),
  run: (args, around) => compareOn(parse(args), around),
}

/** Runs the command. @returns its exit status */
export const main = (args: readonly string[], around: Surroundings): Promise<number> => runCommand(FUZZ, args, around)

interface Options extends RunOptions {
  readonly json: boolean
}

function parse(args: readonly string[]): Options {
  const { values } = parseOptions(args, OPTIONS)
  return {
    seed: integer('--seed', values.seed, 0, MOST_SEED) ?? Math.floor(Math.random() * MOST_SEED),
    count: integer('--count', values.count, 0, MOST_COUNT) ?? DEFAULT_COUNT,
    from: integer('--from', values.from, 0, MOST_COUNT) ?? 0,
    json: values.json,
  }
}

async function compareOn(options: Options, around: Surroundings): Promise<number> {
  if (around.sides !== undefined) return fuzz(options, around.sides, around)
  const linux = hostBackend(around.helper ?? HOST_HELPER)
  try {
    const whyNot = linux.whyNot(worldOf({ t: { pid: 100 } }, []))
    if (whyNot === undefined) return await fuzz(options, { machine: machineBackend(LINUX_6), linux }, around)
    around.stdout.write(options.json ? `${JSON.stringify({ skipped: whyNot })}\n` : `skipped: ${whyNot}\n`)
    return EXIT_FINE
  } finally {
    linux.close()
  }
}

async function fuzz(options: Options, sides: Sides, around: Surroundings): Promise<number> {
  const progress = new Progress(around.stderr)
  const result = await run(options, sides, watcher(progress, options))
  progress.clear()
  around.stdout.write(options.json ? renderJson(options, result) : renderText(options, result))
  return result.found === undefined ? EXIT_FINE : EXIT_WRONG
}

function watcher(progress: Progress, { from, count }: RunOptions): Watcher {
  return {
    next: (index, calls) => progress.show(() => `${index - from}/${count} sequences, ${calls} calls`),
    shrinking: (steps) => progress.show(() => `a difference; making it shorter: ${steps} steps`),
  }
}

const nameOf = ({ seed }: RunOptions, index: number) => `fuzz/seed-${seed}-sequence-${index}`

function renderText(options: Options, { sequences, calls, unsteady, found }: RunResult): string {
  const lines = unsteady.map((index) => `unsteady: Linux answers sequence ${index} differently each time`)
  if (found !== undefined) lines.push(renderFound(options, found))
  const outcome = found === undefined ? 'no difference' : 'a difference'
  return `${[...lines, `${outcome} in ${sequences} sequences (${calls} calls), seed ${options.seed}`].join('\n')}\n`
}

function renderFound(options: Options, { index, difference }: { index: number; difference: Difference }): string {
  const again = `again: npm run --silent fuzz:linux -- --seed ${options.seed} --from ${index} --count 1`
  return `${renderScenario(scenarioOf(difference, nameOf(options, index)))}${renderAnswers(difference)}\n${again}`
}

function renderJson(options: Options, { found, ...counts }: RunResult): string {
  const told = { seed: options.seed, from: options.from, ...counts }
  if (found === undefined) return `${JSON.stringify(told)}\n`
  const { index, difference } = found
  const scenario = scenarioOf(difference, nameOf(options, index))
  return `${JSON.stringify({ ...told, found: { index, scenario, linux: difference.linux.at(-1), machine: difference.machine } })}\n`
}

await startProgram(import.meta.url, FUZZ.name, main)
