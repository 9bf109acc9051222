// The text that --help prints, in the same order for every command.

import { EXIT_FINE, EXIT_USAGE, EXIT_WRONG } from './exit.js'
import type { OptionSpec, OptionSpecs } from './options.js'

export interface HelpParts {
  /** What the command does; lines as they are printed. */
  readonly about: readonly string[]
  /** Each way to call it. */
  readonly usage: readonly string[]
  /** The commands that there are, and what each does. */
  readonly commands?: Readonly<Record<string, string>>
  /** The arguments that are no options, and what each is. */
  readonly operands?: Readonly<Record<string, string>>
  readonly options: OptionSpecs
  /** Whatever else is to be known; lines as they are printed. */
  readonly notes?: readonly string[]
  /** Calls that can be tried, and what each shows. */
  readonly examples: Readonly<Record<string, string>>
  /** What the exit status is 0 for, and 1, where that happens; 2 is the same for all. */
  readonly exit: { readonly fine: string; readonly wrong?: string }
}

/** The whole help text. */
export function helpText({
  about,
  usage,
  commands = {},
  operands = {},
  options,
  notes = [],
  examples,
  exit,
}: HelpParts): string {
  const exits: [string, string][] = [
    [`${EXIT_FINE}`, exit.fine],
    ...(exit.wrong === undefined ? [] : [[`${EXIT_WRONG}`, exit.wrong] as [string, string]]),
    [`${EXIT_USAGE}`, 'bad usage, or input that cannot be read'],
  ]
  const given: [string, string][] = [
    ...Object.entries(operands),
    ...Object.entries(options).map(([name, spec]): [string, string] => [written(name, spec), spec.help]),
  ]
  const blocks = [
    usage.map((line, i) => `${i === 0 ? 'Usage: ' : '       '}${line}`),
    about,
    Object.keys(commands).length === 0 ? [] : ['Commands', ...aligned(Object.entries(commands))],
    ['Options', ...aligned(given)],
    notes,
    ['Examples', ...aligned(Object.entries(examples))],
    ['Exit status', ...aligned(exits)],
  ]
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  return `${texts.join('\n\n')}\n`
}

/** `-e, --event KINDS` */
function written(name: string, { short, value }: OptionSpec): string {
  const dashes = short === undefined ? `--${name}` : `-${short}, --${name}`
  return value === undefined ? dashes : `${dashes} ${value}`
}

/** Two columns, indented; further lines of a text stand in its column. */
export function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.flatMap(([left, right]) =>
    right.split('\n').map((line, i) => `  ${(i === 0 ? left : '').padEnd(width)}  ${line}`.trimEnd()),
  )
}
