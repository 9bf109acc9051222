// The fuzzer of the door as a program: see scripts/fuzz-door.mjs, which bundles it with one build of the kernel or the other.
import { parseArgs } from 'node:util'
import { provideDebugHost } from '../../src/machine/debug.js'
import { readCorpus } from './corpus.js'
import { describe } from './failure.js'
import { PARSERS } from './parsers/index.js'
import { run } from './run.js'

const USAGE = `Usage: npm run fuzz:door -- [options]

Gives hostile inputs to every entry of the machine. Each round of 250 inputs has one kernel; every eighth round is played twice.

  --count N        inputs for each parser, 1000000 by default
  --seed N         1 by default; the same seed gives the same inputs
  --parser NAME    only this one: ${PARSERS.map(({ name }) => name).join(', ')}
  --build NAME     release (default), debug, or both
  --help           this text
`

function numberOf(text: string, name: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new RangeError(`--${name} takes a number, not ${text}`)
  return number
}

/** Runs what the arguments ask for; the exit status. */
export function main(args: readonly string[], build: string, root: string): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      parser: { type: 'string' },
      build: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const count = numberOf(values.count, 'count')
  const seed = numberOf(values.seed, 'seed')
  const chosen = PARSERS.filter(({ name }) => values.parser === undefined || values.parser === name)
  if (chosen.length === 0) throw new RangeError(`there is no parser ${values.parser}; --help names them`)
  provideDebugHost()
  const corpus = readCorpus(root)
  // Most errors here are answers, and their stacks would cost more than all the rest.
  Error.stackTraceLimit = 0
  let failed = 0
  for (const parser of chosen) {
    const started = performance.now()
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1)
    const show = (inputs: number) => {
      if (process.stderr.isTTY)
        process.stderr.write(`\r${build} ${parser.name}: ${inputs} of ${count}, ${seconds()} s\x1b[K`)
    }
    let shown = 0
    try {
      const { inputs, rounds, repeated } = run(parser, seed, count, corpus, (done) => {
        if (performance.now() - shown < 200) return
        shown = performance.now()
        show(done)
      })
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
      process.stdout.write(
        `${build} ${parser.name}: ${inputs} inputs in ${rounds} rounds, ${repeated} of them twice, seed ${seed}, ${seconds()} s\n`,
      )
    } catch (error) {
      failed++
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
      process.stdout.write(`${build} ${parser.name}: FAILED after ${seconds()} s: ${describe(error)}\n`)
    }
  }
  return failed === 0 ? 0 : 1
}
