// The command: its arguments, what it writes where, its exit status.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/conformance.js'

const SOCKET = { call: 'socket', task: 't', as: 'a', family: 16, type: 3, protocol: 2, result: { ok: true } }
const SCENARIO = { name: 'one', about: 'a rule', needs: 'usersock', tasks: { t: { pid: 100 } } }
const GOOD = { ...SCENARIO, steps: [SOCKET] }
const WRONG = { ...SCENARIO, name: 'two', steps: [{ ...SOCKET, result: { error: 'EPERM' } }] }
const SKIPPED = { ...SCENARIO, name: 'three', needs: 'rtnetlink', steps: [] }

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  mkdirSync(join(folder, 'empty'))
  const files = { good: [GOOD], mixed: [GOOD, WRONG, SKIPPED], malformed: [{ ...GOOD, steps: [{ call: 'jump' }] }] }
  for (const [name, scenarios] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(scenarios))
  }
})

afterAll(() => rmSync(folder, { recursive: true }))

async function run(args: readonly string[], { isTTY = false, env = {} } = {}) {
  let out = ''
  let err = ''
  const stdout = { isTTY, write: (text: string) => (out += text) }
  const stderr = { isTTY, write: (text: string) => (err += text) }
  const status = await main(args, { stdout, stderr, env })
  return { status, out, err }
}

describe('npm run conformance', () => {
  it('closes with the counts and exits with 0', async () => {
    expect(await run([join(folder, 'good.json')])).toEqual({
      status: 0,
      out: '1 passed, 0 failed, 0 skipped\n',
      err: '',
    })
  })

  it('prints each difference and exits with 1', async () => {
    const path = join(folder, 'mixed.json')
    const { status, out, err } = await run([path])
    expect([status, err]).toEqual([1, ''])
    expect(out.split('\n')).toEqual([
      `FAILED two (${path})`,
      '  step 0, socket: {"task":"t","as":"a","family":16,"type":3,"protocol":2}',
      '    expected {"error":"EPERM"}',
      '    got      {"ok":true}',
      'skipped 1: needs the kernel side of NETLINK_ROUTE',
      '1 passed, 1 failed, 1 skipped',
      '',
    ])
  })

  it('is silent but for the counts with --quiet', async () => {
    const { status, out } = await run(['--quiet', join(folder, 'mixed.json')])
    expect([status, out]).toEqual([1, '1 passed, 1 failed, 1 skipped\n'])
  })

  it('prints one document with --json', async () => {
    const { status, out } = await run(['--json', join(folder, 'mixed.json')])
    expect(status).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      profile: 'LINUX_6',
      backend: 'machine',
      passed: 1,
      failed: 1,
      skipped: 1,
      scenarios: [{ outcome: 'passed' }, { outcome: 'failed' }, { outcome: 'skipped' }],
    })
  })

  it('shows colours and progress only on a terminal, and no colours with NO_COLOR', async () => {
    const path = join(folder, 'mixed.json')
    const { out, err } = await run([path], { isTTY: true })
    expect(out).toContain('\u001b[31mFAILED')
    expect(err).toContain('2/3 two')
    expect((await run([path], { isTTY: true, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b[31m')
  })

  it('takes relative paths from where npm was started', async () => {
    const env = { npm_lifecycle_event: 'conformance', INIT_CWD: folder }
    expect((await run(['good.json'], { env })).status).toBe(0)
  })

  it('helps', async () => {
    const { status, out } = await run(['--help'])
    expect(status).toBe(0)
    expect(out).toContain('--profile NAME')
  })

  it.each([
    ['no path', [], 'no PATH given'],
    ['an unknown option', ['--fast', 'x'], "Unknown option '--fast'"],
    ['an unknown profile', ['--profile', 'LINUX_9', 'x'], 'unknown profile "LINUX_9"; there are LINUX_6, LINUX_2_6_14'],
    ['an unknown backend', ['--backend', 'qemu', 'x'], 'unknown backend "qemu"; there are machine, host'],
    ['a path that does not exist', ['/no/such/path'], '/no/such/path: no such file or folder'],
  ])('exits with 2 for %s', async (_, args, problem) => {
    const { status, out, err } = await run(args)
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(/^conformance: .*\n$/)
    expect(err).toContain(problem)
  })

  it.each([
    ['malformed.json', ': one: step 0: jump: field call: unknown call "jump"'],
    ['empty', ': no scenario files (*.json) in this folder'],
  ])('exits with 2 for %s, and tells the place', async (name, problem) => {
    const path = join(folder, name)
    expect(await run([join(folder, 'good.json'), path])).toEqual({
      status: 2,
      out: '',
      err: `conformance: ${path}${problem}\n`,
    })
  })
})
