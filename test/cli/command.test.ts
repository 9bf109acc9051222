// The command line of kernel-connector: the list, the version, the help of each command, and what is not there.
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.js'
import { OPTIONS as DEMO_OPTIONS } from '../../src/cli/demo/options.js'
import { nearest } from '../../src/cli/frame/nearest.js'
import { OPTIONS as CAPTURE_OPTIONS } from '../../src/cli/journal/options/capture.js'
import { OPTIONS as EXPLAIN_OPTIONS } from '../../src/cli/journal/options/explain.js'
import { OPTIONS as INSPECT_OPTIONS } from '../../src/cli/journal/options/inspect.js'
import { OPTIONS as RECORD_OPTIONS } from '../../src/cli/journal/options/record.js'
import { OPTIONS as REPLAY_OPTIONS } from '../../src/cli/journal/options/replay.js'
import { OPTIONS as PROC_OPTIONS } from '../../src/cli/proc/options.js'
import { readText } from '../support/files.js'
import { run } from './around.js'

test.each([[[]], [['--help']], [['-h']]])('%j lists the commands, one line each', async (args) => {
  const { status, out, err } = await run(args)
  expect([status, err]).toEqual([0, ''])
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  for (const { name, summary } of COMMANDS) expect(out.split('\n')).toContain(`  ${name.padEnd(width)}  ${summary}`)
  expect(out).toContain('--version')
  expect(out).toContain('Exit status')
})

test.each(['--version', '-V'])('%s is that of package.json', async (option) => {
  const { version } = JSON.parse(readText('package.json')) as { version: string }
  expect(await run([option])).toEqual({ status: 0, out: `${version}\n`, err: '' })
})

test.each([
  ['prok', 'unknown command "prok", did you mean "proc"?'],
  ['dmeo', 'unknown command "dmeo", did you mean "demo"?'],
  ['xylophone', 'unknown command "xylophone" (--help'],
  ['', 'unknown command "" (--help'],
  ['--jsn', "unknown option '--jsn'"],
])('%j is not there', async (name, said) => {
  const { status, out, err } = await run([name])
  expect([status, out]).toEqual([2, ''])
  expect(err).toMatch(/^kernel-connector: [^\n]+\n$/)
  expect(err).toContain(said)
})

const OPTIONS: Readonly<Record<string, object>> = {
  demo: DEMO_OPTIONS,
  proc: PROC_OPTIONS,
  record: RECORD_OPTIONS,
  replay: REPLAY_OPTIONS,
  inspect: INSPECT_OPTIONS,
  capture: CAPTURE_OPTIONS,
  explain: EXPLAIN_OPTIONS,
}

describe.each(COMMANDS)('$name --help', ({ name }) => {
  const options = OPTIONS[name] ?? {}

  test('names every option, has an example and the exit statuses, and is not too wide', async () => {
    const { status, out, err } = await run([name, '--help'])
    expect([status, err]).toEqual([0, ''])
    for (const option of Object.keys(options)) expect(out).toMatch(new RegExp(`^  (-\\w, )?--${option} `, 'm'))
    expect(out).toMatch(new RegExp(`^Examples\\n  .*kernel-connector ${name} `, 'm'))
    expect(out).toMatch(/^Exit status\n {2}0 {2}.+\n {2}1 {2}.+\n {2}2 {2}.+\n$/m)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130)
  })

  test('an unknown option is one line that names the command, status 2', async () => {
    const { status, out, err } = await run([name, '--fast'])
    expect([status, out]).toEqual([2, ''])
    expect(err).toBe(`kernel-connector ${name}: Unknown option '--fast' (--help tells more)\n`)
  })
})

test('the nearest name: few changes for its length, or none', () => {
  const names = ['demo', 'proc', 'replay', 'record']
  expect(['Demo', 'prc', 'repaly', 'recrod', 'proc'].map((text) => nearest(text, names))).toEqual([
    'demo',
    'proc',
    'replay',
    'record',
    'proc',
  ])
  expect(['x', '', 'conformance'].map((text) => nearest(text, names))).toEqual([undefined, undefined, undefined])
  expect(nearest('demo', [])).toBeUndefined()
})
