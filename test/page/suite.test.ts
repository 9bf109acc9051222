// The suite on four hosts: Node and Chromium, the release and the debug build. Every scenario, every random sequence, the replay of a
// journal of a million calls and the work behind a snapshot end everywhere in the same state.
import { rmSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Progress } from '../../src/cli/frame/progress.js'
import { launchChromium } from './browser.js'
import type { Report } from './suite/suite.js'
import { BUILDS } from './suite-bundle.js'
import { figuresOf, reportsOf, runOnAllHosts, type SuiteRun } from './suite-run.js'

const MILLION = 1_000_000
const MINUTE = 60_000
const folder = fileURLToPath(new URL(`../../build/suite-${process.pid}/`, import.meta.url))

let browser: Browser
let run: SuiteRun

beforeAll(async () => {
  // The thread's own stderr is no terminal, whatever the process has.
  const progress = new Progress({ isTTY: isatty(2), write: (text) => writeSync(2, text as string) }, 100)
  browser = await launchChromium()
  try {
    run = await runOnAllHosts(browser, folder, (text) => progress.show(() => text))
  } finally {
    progress.clear()
  }
  process.stdout.write(`${figuresOf(run)}\n`)
}, 10 * MINUTE)

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A part of the report is the same on all hosts as in Node with the release build. */
function expectSame<K extends keyof Report>(part: K): Report[K] {
  const wanted = run.inNode.release[part]
  for (const [host, report] of reportsOf(run)) expect(report[part], host).toEqual(wanted)
  return wanted
}

describe('on Node and Chromium, release and debug build', () => {
  test('both builds have run', () => {
    expect(reportsOf(run).map(([host, { asserts }]) => [host, asserts])).toEqual([
      ['node, release', false],
      ['chromium, release', false],
      ['node, debug', true],
      ['chromium, debug', true],
    ])
  })

  test('every scenario ends in the same way and the same state', () => {
    const played = expectSame('scenarios')
    const linux6 = played.filter(({ profile }) => profile === 'LINUX_6')
    expect(linux6.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    expect(linux6.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(800)
    expect(played.filter(({ outcome, end }) => (outcome === 'skipped') !== (end === null))).toEqual([])
    expect(played.filter(({ end }) => end !== null && end.left !== 0)).toEqual([])
    expect(new Set(played.map(({ end }) => end?.stateHash)).size).toBeGreaterThan(400)
  })

  test.each(['model', 'histories', 'reentrancy'] as const)('random sequences (%s) end in the same state', (part) => {
    const ends = expectSame(part)
    expect(ends.length).toBeGreaterThan(10)
    expect(ends.filter(({ left }) => left !== 0)).toEqual([])
    expect(new Set(ends.map(({ digest }) => digest)).size).toBe(ends.length)
  })

  test('a journal of a million calls replays to the same state', () => {
    const { calls, stateHash, called } = run.recorded
    expect(calls).toBeGreaterThanOrEqual(MILLION)
    expect(Object.entries(called).filter(([, times]) => times < 1000)).toEqual([])
    expect(expectSame('replay')).toEqual({ calls, stateHash, expected: stateHash, difference: null })
  })

  test('a journal has the same bytes wherever it is recorded', () => {
    const { size, kinds } = expectSame('recorded')
    expect(size).toBeGreaterThan(100_000)
    expect(kinds.length).toBeGreaterThan(40)
  })

  test(
    'a machine goes on from a snapshot of another host as if nothing had happened',
    async () => {
      const { halfway, nodes } = run
      expect(halfway.behind.queued).toBeGreaterThan(20)
      expect(new Set(halfway.behind.hashes).size).toBe(halfway.behind.hashes.length)
      for (const [host, report] of reportsOf(run)) {
        expect(report.halfway.stateHash, host).toBe(halfway.stateHash)
        expect(report.halfway.behind, host).toEqual(halfway.behind)
        expect(report.behind, `from node, release, to ${host}`).toEqual(halfway.behind)
      }
      for (const [host, { halfway: exported }] of reportsOf(run)) {
        for (const build of BUILDS) {
          const behind = await nodes[build].workBehind(exported.snapshot)
          expect(behind, `from ${host} to node, ${build}`).toEqual(halfway.behind)
        }
      }
    },
    MINUTE,
  )

  test('the pages asked nobody else for anything, and complained about nothing', () => {
    for (const { complaints, requests } of Object.values(run.inPage)) {
      expect(complaints).toEqual([])
      expect([...requests].sort()).toEqual(['/', '/files.json', '/journal', '/page.js', '/snapshot', '/suite.js'])
    }
  })
})
