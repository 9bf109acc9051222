// The command `npm run conformance`: plays recorded scenarios and tells where the answers differ from Linux's.

import { realpathSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { LINUX_2_6_14, LINUX_6, type Profile } from '../index.js'
import type { Backend } from './replay/backend.js'
import { readScenarioFiles, type ScenarioFile } from './replay/files.js'
import { hostBackend } from './replay/host.js'
import { Malformed } from './replay/json.js'
import { machineBackend } from './replay/machine.js'
import { playScenario } from './replay/player.js'
import { Progress } from './replay/progress.js'
import { coloured, type Paint, plain, renderFailure, renderJson, renderSkipped } from './replay/report.js'
import { type ScenarioResult, summaryLine } from './replay/results.js'

const HELP = `Plays recorded conformance scenarios and compares each answer with the one that Linux gave.

  npm run --silent conformance -- [options] PATH...

  PATH              a scenario file, or a folder: every *.json in it
  --profile NAME    LINUX_6 (default) or LINUX_2_6_14
  --backend NAME    machine (default), or host: this computer's own kernel, each task a process in fresh namespaces
  --json            one JSON document with every result on stdout
  --quiet           only the closing line on stdout
  --help            this text

Steps are counted from 0. Exit status: 0 if nothing failed, 1 if something did, 2 for bad usage or a malformed file.
`

const PROFILES: Readonly<Record<string, Profile>> = { LINUX_6, LINUX_2_6_14 }

const BACKENDS = ['machine', 'host'] as const

/** The helper of the host backend, where the build puts it. */
const HOST_HELPER = fileURLToPath(new URL('./host-helper.js', import.meta.url))

export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface Surroundings {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Options {
  readonly paths: readonly string[]
  readonly profile: Profile
  readonly backend: (typeof BACKENDS)[number]
  readonly json: boolean
  readonly quiet: boolean
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
    const files = readScenarioFiles(options.paths.map((path) => whereTheUserIs(path, around.env)))
    const results = await playAll(files, options, around)
    report(results, options, around)
    return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0
  } catch (error) {
    if (!(error instanceof BadUsage || error instanceof Malformed)) throw error
    around.stderr.write(`conformance: ${error.message}\n`)
    return 2
  }
}

function parse(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseOptions(args)
  if (values.help) return 'help'
  const backend = BACKENDS.find((name) => name === values.backend)
  if (!backend) throw new BadUsage(`unknown backend "${values.backend}"; there are ${BACKENDS.join(', ')}`)
  const profile = Object.hasOwn(PROFILES, values.profile) ? PROFILES[values.profile] : undefined
  if (!profile) throw new BadUsage(`unknown profile "${values.profile}"; there are ${Object.keys(PROFILES).join(', ')}`)
  if (positionals.length === 0) throw new BadUsage('no PATH given; --help tells more')
  return { paths: positionals, profile, backend, json: values.json, quiet: values.quiet }
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        profile: { type: 'string', default: 'LINUX_6' },
        backend: { type: 'string', default: 'machine' },
        json: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new BadUsage((error as Error).message)
  }
}

// `npm run` changes to the package's folder; relative paths are meant from where the user is.
function whereTheUserIs(path: string, env: Surroundings['env']): string {
  const from = env.npm_lifecycle_event === 'conformance' ? env.INIT_CWD : undefined
  return from === undefined || isAbsolute(path) ? path : resolve(from, path)
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
  const progress = new Progress(total, around.stderr.isTTY && !options.quiet ? around.stderr : undefined)
  const paint: Paint = around.stdout.isTTY && !around.env.NO_COLOR ? coloured : plain
  const results: ScenarioResult[] = []
  for (const { path, topic, scenarios } of files) {
    for (const scenario of scenarios) {
      progress.next(scenario.name)
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

function isTheCommand(): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)
}

if (isTheCommand()) {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  process.exitCode = await main(process.argv.slice(2), process)
}
