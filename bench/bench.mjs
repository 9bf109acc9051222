// npm run bench: the package against Linux and against its goals. See docs/performance.md for what is compared.
import { writeFileSync } from 'node:fs'
import { MARGIN } from './goals.mjs'
import { describeMachine } from './machine.mjs'
import { readOptions, USAGE, UsageError } from './options.mjs'
import { plan, runPlan } from './passes.mjs'
import { startProgress } from './progress.mjs'
import { makeRows, unmeasured } from './rows.mjs'
import { sides } from './sides/index.mjs'
import { countMet, drawTable, wrap } from './table.mjs'

async function main() {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(USAGE)
    return
  }
  if (options.json) prepareJson(options.json)
  const machine = describeMachine()
  const runs = plan(options)
  const progress = startProgress(runs.length)
  const outcome = await runPlan(runs, progress)
  progress.end()
  machine.chromium = sides.chromium.describe()

  const rows = makeRows(options.measurements, outcome.samples)
  process.stdout.write(report({ options, machine, outcome, rows }))
  if (options.json) writeJson(options, machine, outcome, rows)
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
  if (options.all) lines.push(...wrap(`Goals that no measurement reached: ${unmeasured(rows).join('; ')}.`))
  return `${lines.join('\n')}\n`
}

// Told now, not after two minutes of work.
function prepareJson(file) {
  try {
    writeFileSync(file, '')
  } catch (error) {
    throw new UsageError(`--json: ${error.message}`)
  }
}

function writeJson({ passes, quick, json }, machine, outcome, rows) {
  const problems = Object.fromEntries(outcome.problems)
  const content = { machine, passes, quick, rows, problems, unmeasured: unmeasured(rows), samples: outcome.samples }
  writeFileSync(json, `${JSON.stringify(content, null, 1)}\n`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 2
}
