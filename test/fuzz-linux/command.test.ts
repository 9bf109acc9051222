// The command: its arguments, what it writes where, its exit status.

import { describe, expect, test } from 'vitest'
import type { Sides } from '../../src/cli/fuzz/duel.js'
import { main } from '../../src/cli/fuzz.js'
import { machineBackend } from '../../src/cli/replay/machine.js'
import { parseScenarios } from '../../src/cli/replay/scenario.js'
import { LINUX_6 } from '../../src/index.js'
import { spoilt } from './spoilt.js'

const machine = machineBackend(LINUX_6)
const SAME: Sides = { machine, linux: machine }
/** A machine that never has anything to read. */
const DEAF: Sides = { machine: spoilt(machine, () => ({ poll: () => 0 })), linux: machine }

async function fuzz(args: readonly string[], { sides, isTTY = false }: { sides?: Sides; isTTY?: boolean } = {}) {
  let out = ''
  let err = ''
  const stdout = { isTTY, write: (text: string) => (out += text) }
  const stderr = { isTTY, write: (text: string) => (err += text) }
  const around = { stdout, stderr, helper: '/nonexistent/helper.js' }
  const status = await main(args, sides === undefined ? around : { ...around, sides })
  return { status, out, err }
}

describe('npm run fuzz:linux', () => {
  test('closes with the count and the seed', async () => {
    const { status, out, err } = await fuzz(['--seed', '5', '--count', '3'], { sides: SAME })
    expect([status, err]).toEqual([0, ''])
    expect(out).toMatch(/^no difference in 3 sequences \(\d+ calls\), seed 5\n$/)
  })

  test('prints a difference as a scenario with both answers and how to meet it again, and exits with 1', async () => {
    const { status, out } = await fuzz(['--seed', '5', '--count', '50'], { sides: DEAF })
    expect(status).toBe(1)
    const end = out.indexOf(']\nstep') + 1
    const [scenario] = parseScenarios(out.slice(0, end), 'printed')
    expect(scenario?.name).toMatch(/^fuzz\/seed-5-sequence-\d+$/)
    expect(scenario?.steps.at(-1)?.call).toBe('poll')
    expect(out.slice(end)).toMatch(
      /Linux {4}\{"revents":\[".*\n {2}machine {2}\{"revents":\[\]\}\nagain: npm run .* --count 1\n/,
    )
    expect(out).toMatch(/\na difference in \d+ sequences \(\d+ calls\), seed 5\n$/)
  })

  test('tells the same as JSON', async () => {
    const same = JSON.parse((await fuzz(['--seed', '5', '--count', '2', '--json'], { sides: SAME })).out)
    expect(same).toEqual({ seed: 5, from: 0, sequences: 2, calls: expect.any(Number), unsteady: [] })
    const { found } = JSON.parse((await fuzz(['--seed', '5', '--count', '50', '--json'], { sides: DEAF })).out)
    expect(found).toMatchObject({ machine: { revents: [] }, scenario: { needs: 'usersock' } })
  })

  test('plays one sequence again', async () => {
    const { out } = await fuzz(['--seed', '5', '--from', '2', '--count', '1'], { sides: SAME })
    expect(out).toContain('in 1 sequences')
  })

  test('shows on a terminal how far it is', async () => {
    const { err } = await fuzz(['--seed', '5', '--count', '3'], { sides: SAME, isTTY: true })
    expect(err).toContain('2/3 sequences')
    expect(err.endsWith('\u001b[K')).toBe(true)
  })

  test('says "skipped", and why, where it cannot play on Linux', async () => {
    const { status, out } = await fuzz(['--count', '1'])
    expect(status).toBe(0)
    expect(out).toMatch(/^skipped: ./)
    expect(JSON.parse((await fuzz(['--count', '1', '--json'])).out)).toEqual({ skipped: expect.any(String) })
  })

  test.each([
    [['--seed', 'x'], '--seed must be a number'],
    [['--seed', '-1'], 'seed'],
    [['--count', '1.5'], '--count must be a number'],
    [['--many'], '--many'],
    [['file.json'], 'file.json'],
  ])('%j is bad usage', async (args, said) => {
    const { status, out, err } = await fuzz(args)
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain(said)
  })

  test('--help tells what there is', async () => {
    const { status, out } = await fuzz(['--help'])
    expect(status).toBe(0)
    for (const option of ['--seed', '--count', '--from', '--json']) expect(out).toContain(option)
  })
})
