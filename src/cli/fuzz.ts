// The command `npm run fuzz:linux`: random sequences of calls on the machine and on this computer's kernel, until they differ.

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { LINUX_6 } from '../index.js'
import type { Difference, Sides } from './fuzz/duel.js'
import { renderAnswers, renderScenario, scenarioOf } from './fuzz/print.js'
import { type RunOptions, type RunResult, run, type Watcher } from './fuzz/run.js'
import { worldOf } from './fuzz/side.js'
import { hostBackend } from './replay/host.js'
import { machineBackend } from './replay/machine.js'

const HELP = `Plays random sequences of calls on the machine and on this computer's kernel, and tells where they differ.

  npm run --silent fuzz:linux -- [options]

  --seed NUMBER     which sequences: the same number, the same sequences; by default a new one each time
  --count NUMBER    how many sequences (default 1000)
  --from NUMBER     the number of the first one (default 0): --from K --count 1 plays one sequence again
  --json            one JSON document with the result on stdout
  --help            this text

Linux, root and the package koffi are needed. A difference is made as short as possible and printed as a scenario file.
Exit status: 0 if nothing differs, or nothing can be played here ("skipped"), 1 if something differs, 2 for bad usage.
`

const DEFAULT_COUNT = 1000
const MOST_SEED = 0xffffffff
/** The helper of the host backend, where the build puts it. */
const HOST_HELPER = fileURLToPath(new URL('./host-helper.js', import.meta.url))
/** To the start of the line, and clear it. */
const CLEAR = '\r\u001b[K'

export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface Surroundings {
  readonly stdout: Stream
  readonly stderr: Stream
  /** The program of the helper processes. */
  readonly helper?: string
  /** What is compared in place of the machine and this computer's kernel. */
  readonly sides?: Sides
}

interface Options extends RunOptions {
  readonly json: boolean
}

/** The user asked for something that this command does not do. */
class BadUsage extends Error {}

/** Runs the command. @returns its exit status */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const options = parse(args)
    if (options === 'help') {
      around.stdout.write(HELP)
      return 0
    }
    return await compareOn(options, around)
  } catch (error) {
    if (!(error instanceof BadUsage)) throw error
    around.stderr.write(`fuzz: ${error.message} (--help shows the options)\n`)
    return 2
  }
}

function parse(args: readonly string[]): Options | 'help' {
  const { values } = parseOptions(args)
  if (values.help) return 'help'
  return {
    seed: number('seed', values.seed, Math.floor(Math.random() * MOST_SEED), MOST_SEED),
    count: number('count', values.count, DEFAULT_COUNT),
    from: number('from', values.from, 0),
    json: values.json,
  }
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        count: { type: 'string' },
        from: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new BadUsage((error as Error).message)
  }
}

function number(name: string, text: string | undefined, otherwise: number, most = 1e9): number {
  if (text === undefined) return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value <= most) return value
  throw new BadUsage(`--${name} must be a number from 0 to ${most}, not "${text}"`)
}

async function compareOn(options: Options, around: Surroundings): Promise<number> {
  if (around.sides !== undefined) return fuzz(options, around.sides, around)
  const linux = hostBackend(around.helper ?? HOST_HELPER)
  try {
    const whyNot = linux.whyNot(worldOf({ t: { pid: 100 } }, []))
    if (whyNot === undefined) return await fuzz(options, { machine: machineBackend(LINUX_6), linux }, around)
    around.stdout.write(options.json ? `${JSON.stringify({ skipped: whyNot })}\n` : `skipped: ${whyNot}\n`)
    return 0
  } finally {
    linux.close()
  }
}

async function fuzz(options: Options, sides: Sides, around: Surroundings): Promise<number> {
  const result = await run(options, sides, progressOn(around.stderr, options))
  if (around.stderr.isTTY) around.stderr.write(CLEAR)
  around.stdout.write(options.json ? renderJson(options, result) : renderText(options, result))
  return result.found === undefined ? 0 : 1
}

function progressOn(terminal: Stream, { from, count }: RunOptions): Watcher {
  if (!terminal.isTTY) return { next: () => {}, shrinking: () => {} }
  return {
    next: (index, calls) => terminal.write(`${CLEAR}${index - from}/${count} sequences, ${calls} calls`),
    shrinking: (steps) => terminal.write(`${CLEAR}a difference; making it shorter: ${steps} steps`),
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

function isTheCommand(): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)
}

if (isTheCommand()) {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  process.exitCode = await main(process.argv.slice(2), process)
}
