// npm run bench: the package against Linux and against its goals. See docs/performance.md for what is compared.
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MARGIN } from './goals.mjs'
import { describeMachine } from './machine.mjs'
import { readOptions, USAGE, UsageError } from './options.mjs'
import { plan, runPlan } from './passes.mjs'
import { startProgress } from './progress.mjs'
import { drawPicture } from './report/picture.mjs'
import { makeRows, unmeasured } from './rows.mjs'
import { sides } from './sides/index.mjs'
import { countMet, drawTable, wrap } from './table.mjs'

/** What a run of everything draws; --svg says another place, and draws any run. */
const REPORT = fileURLToPath(new URL('report.svg', import.meta.url))

async function main() {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(USAGE)
    return
  }
  const svg = options.svg ?? (options.all && !options.quick ? REPORT : undefined)
  prepareFiles({ '--json': options.json, '--svg': svg })
  const machine = describeMachine()
  const runs = plan(options)
  const progress = startProgress(runs.length)
  const outcome = await runPlan(runs, progress)
  progress.end()
  machine.chromium = sides.chromium.describe()

  const rows = makeRows(options.measurements, outcome.samples)
  process.stdout.write(report({ options, machine, outcome, rows }))
  const run = contentOf(options, machine, outcome, rows)
  if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 1)}\n`)
  if (svg) writeFileSync(svg, drawPicture(run))
  if (outcome.failed) process.exitCode = 1
}

function report({ options, machine, outcome, rows }) {
  const { passes, quick } = options
  const how = `${passes} interleaved pass${passes > 1 ? 'es' : ''}${quick ? ', quick: a look, no figures to quote' : ''}`
  const { chromium } = machine
  const programs = `Node ${machine.node}${chromium ? `, Chromium ${chromium}` : ''}`
  const lines = [
    `${machine.cpu}, ${machine.cores} cores (load ${machine.load.toFixed(1)}), ${machine.system}, ${programs}`,
    `${how}; median / minimum; ratios of minima`,
    '',
    ...drawTable(rows, { color: process.stdout.isTTY }),
    '',
    `Met: ${countMet(rows)} (a timed cell is met if it is met by ${Math.round((MARGIN - 1) * 100)} %).`,
  ]
  for (const [what, reason] of outcome.problems) lines.push(...wrap(`Could not run: ${what}: ${reason}.`))
  const left = options.all ? unmeasured(rows) : []
  if (left.length > 0) lines.push(...wrap(`Goals that no measurement reached: ${left.join('; ')}.`))
  return `${lines.join('\n')}\n`
}

// Told now, not after minutes of work.
function prepareFiles(files) {
  for (const [option, file] of Object.entries(files)) {
    try {
      if (file) closeSync(openSync(file, 'a'))
    } catch (error) {
      throw new UsageError(`${option}: ${error.message}`)
    }
  }
}

function contentOf({ passes, quick }, machine, outcome, rows) {
  const problems = Object.fromEntries(outcome.problems)
  return { machine, passes, quick, rows, problems, unmeasured: unmeasured(rows), samples: outcome.samples }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 2
}
