// The command `npm run conformance`: plays recorded scenarios and tells where the answers differ from Linux's.

import { fileURLToPath } from 'node:url'
import { LINUX_2_6_14, LINUX_6, type Profile } from '../index.js'
import { paintOn } from './frame/colours.js'
import { type Command, runCommand } from './frame/command.js'
import { UsageError } from './frame/errors.js'
import { EXIT_FINE, EXIT_WRONG } from './frame/exit.js'
import { helpText } from './frame/help.js'
import { choice, HELP_OPTION, parseOptions } from './frame/options.js'
import { userPath } from './frame/paths.js'
import { Progress } from './frame/progress.js'
import { startProgram } from './frame/start.js'
import type { Surroundings } from './frame/surroundings.js'
import type { Backend } from './replay/backend.js'
import { readScenarioFiles, type ScenarioFile } from './replay/files.js'
import { hostBackend } from './replay/host.js'
import { machineBackend } from './replay/machine.js'
import { playScenario } from './replay/player.js'
import { renderFailure, renderJson, renderSkipped } from './replay/report.js'
import { type ScenarioResult, summaryLine } from './replay/results.js'

const PROFILES = { LINUX_6, LINUX_2_6_14 } as const
const BACKENDS = ['machine', 'host'] as const

/** The helper of the host backend, where the build puts it. */
const HOST_HELPER = fileURLToPath(new URL('./host-helper.js', import.meta.url))

const OPTIONS = {
  profile: { type: 'string', value: 'NAME', help: 'LINUX_6 (default) or LINUX_2_6_14' },
  backend: {
    type: 'string',
    value: 'NAME',
    help: "machine (default), or host: this computer's own kernel, each task a process in fresh namespaces",
  },
  json: { type: 'boolean', help: 'one JSON document with every result on stdout' },
  quiet: { type: 'boolean', help: 'only the closing line on stdout' },
  ...HELP_OPTION,
} as const

const CONFORMANCE: Command = {
  name: 'conformance',
  summary: 'plays recorded scenarios, and compares each answer with the one that Linux gave',
  help: helpText({
    about: [
      'Plays recorded conformance scenarios and compares each answer with the one that Linux gave. Steps are counted from 0.',
    ],
    usage: ['npm run --silent conformance -- [options] PATH...'],
    operands: { PATH: 'a scenario file, or a folder: every *.json in it' },
    options: OPTIONS,
    examples: { 'npm run --silent conformance -- test/conformance/data': 'plays everything on the machine' },
    exit: { fine: 'nothing failed', wrong: 'something failed' },
  }),
  async run(args, around) {
    const options = parse(args)
    const files = readScenarioFiles(options.paths.map((path) => userPath(path, around.env, 'conformance')))
    const results = await playAll(files, options, around)
    report(results, options, around)
    return results.some(({ outcome }) => outcome === 'failed') ? EXIT_WRONG : EXIT_FINE
  },
}

/** Runs the command. @returns its exit status */
export const main = (args: readonly string[], around: Surroundings): Promise<number> =>
  runCommand(CONFORMANCE, args, around)

interface Options {
  readonly paths: readonly string[]
  readonly profile: Profile
  readonly backend: (typeof BACKENDS)[number]
  readonly json: boolean
  readonly quiet: boolean
}

function parse(args: readonly string[]): Options {
  const { values, operands: paths } = parseOptions(args, OPTIONS, true)
  const { json, quiet } = values
  const backend = choice('backend', values.backend ?? 'machine', BACKENDS)
  const names = Object.keys(PROFILES) as (keyof typeof PROFILES)[]
  const profile = PROFILES[choice('profile', values.profile ?? 'LINUX_6', names)]
  if (paths.length === 0) throw new UsageError('no PATH given')
  return { paths, profile, backend, json, quiet }
}

async function playAll(files: readonly ScenarioFile[], options: Options, around: Surroundings) {
  if (options.backend === 'machine') return playOn(machineBackend(options.profile), files, options, around)
  const host = hostBackend(HOST_HELPER)
  try {
    return await playOn(host, files, options, around)
  } finally {
    host.close()
  }
}

async function playOn(backend: Backend, files: readonly ScenarioFile[], options: Options, around: Surroundings) {
  const total = files.reduce((sum, { scenarios }) => sum + scenarios.length, 0)
  const progress = new Progress(options.quiet ? { write: () => {} } : around.stderr)
  const paint = paintOn(around.stdout, around.env)
  const results: ScenarioResult[] = []
  for (const { path, topic, scenarios } of files) {
    for (const scenario of scenarios) {
      progress.show(() => `${results.length + 1}/${total} ${scenario.name}`)
      const result = { file: path, topic, name: scenario.name, ...(await playScenario(scenario, backend)) }
      results.push(result)
      if (result.outcome !== 'failed' || options.json || options.quiet) continue
      progress.clear()
      around.stdout.write(`${renderFailure(result, paint)}\n`)
    }
  }
  progress.clear()
  return results
}

function report(
  results: readonly ScenarioResult[],
  { profile, backend, json, quiet }: Options,
  { stdout }: Surroundings,
): void {
  if (json) {
    stdout.write(`${renderJson(results, profile.name, backend)}\n`)
    return
  }
  const skipped = backend === 'host' ? skippedByName(results) : renderSkipped(results)
  if (!quiet) for (const line of skipped) stdout.write(`${line}\n`)
  stdout.write(`${summaryLine(results)}\n`)
}

// What the host cannot play depends on the computer: each scenario is named.
function skippedByName(results: readonly ScenarioResult[]): string[] {
  return results.filter(({ outcome }) => outcome === 'skipped').map(({ name, reason }) => `skipped ${name}: ${reason}`)
}

await startProgram(import.meta.url, CONFORMANCE.name, main)
