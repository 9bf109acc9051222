// The host backend of the replay player: the recorded scenarios of sockets, asked again on the running kernel.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostBackend, hostBackend } from '../../src/cli/replay/host.js'
import { playScenario } from '../../src/cli/replay/player.js'
import { plain, renderFailure } from '../../src/cli/replay/report.js'
import { parseScenarios } from '../../src/cli/replay/scenario.js'
import { recordedFiles } from '../conformance/recorded.js'
import { type Bundle, bundle } from './bundle.js'

let backend: HostBackend
let helper: Bundle

beforeAll(async () => {
  helper = await bundle('src/cli/replay/host-helper.ts')
  backend = hostBackend(helper.file)
})

afterAll(() => {
  backend.close()
  helper.remove()
})

const T = { pid: 100, uid: 0, caps: 'all' }
const made = (needs: string, tasks: object, ...steps: object[]) =>
  parseScenarios(JSON.stringify([{ name: 'made', needs, tasks, steps }]), 'made')[0]!
const OPEN = { family: 16, type: 3, protocol: 2, result: { ok: true } }

describe('what the host backend does not play, it says', () => {
  it.each([
    ['needs connector, which no namespace of our own has', made('connector', { t: T })],
    ['needs kernel-module, which no namespace of our own has', made('kernel-module', { t: T })],
    ['answers of another version: usersock, Linux before 2.6', made('usersock, Linux before 2.6', { t: T })],
    ['needs the process id 1, which is taken', made('usersock', { t: { ...T, pid: 1 } })],
    [
      'needs the call exec, which helper processes do not make',
      made('usersock', { t: T }, { call: 'exec', task: 't', file: 'x', result: { ok: true } }),
    ],
  ])('%s', async (reason, one) => {
    expect(await playScenario(one, backend)).toMatchObject({ outcome: 'skipped', reason })
  })
})

describe('tasks are processes', () => {
  const bind = { call: 'bind', addr: {}, result: { ok: true } }
  const name = (pid: number) => ({ addr: { family: 16, pid, groups: 0 } })
  const steps = [
    { call: 'fork', task: 't', as: 'child', pid: 300, result: { ok: true } },
    { call: 'socket', task: 'child', as: 'a', ...OPEN },
    { ...bind, sock: 'a' },
    { call: 'getsockname', sock: 'a', result: name(300) },
    { call: 'exit', task: 'child', code: 3, result: { ok: true } },
    { call: 'recv', sock: 'a', len: 1, result: { error: 'EBADF' } },
    { call: 'fork', task: 't', as: 'inner', pid: 1, pidns: 'new', result: { ok: true } },
    { call: 'socket', task: 'inner', as: 'b', ...OPEN },
    { ...bind, sock: 'b' },
    { call: 'getsockname', sock: 'b', result: name(1) },
    { call: 'kill', task: 't', sig: 'SIGTERM', result: { ok: true } },
    { call: 'exit', task: 'inner', code: 0, result: { ok: true } },
  ]

  it('with the ids, the ends and the namespaces that a scenario names', async ({ skip }) => {
    const result = await playScenario(made('usersock', { t: T }, ...steps), backend)
    skip(result.outcome === 'skipped', result.reason)
    expect(result).toEqual({ outcome: 'passed', differences: [] })
  })

  it('and a difference is told as one', async ({ skip }) => {
    const wrong = { call: 'socket', task: 't', as: 'a', ...OPEN, result: { error: 'EPERM' } }
    const result = await playScenario(made('usersock', { t: T }, wrong), backend)
    skip(result.outcome === 'skipped', result.reason)
    expect(result).toMatchObject({ outcome: 'failed', differences: [{ step: 0, got: { ok: true } }] })
  })
})

const files = recordedFiles()
  .filter(({ topic }) => topic.startsWith('user/'))
  .map((file) => ({ ...file, scenarios: file.scenarios.filter(({ needs }) => needs.world !== 'connector') }))
  .filter(({ scenarios }) => scenarios.length > 0)

describe.each(files)('$topic', ({ path: file, topic, scenarios }) => {
  it.for(scenarios)('$name', async (scenario, { skip }) => {
    const result = { file, topic, name: scenario.name, ...(await playScenario(scenario, backend)) }
    skip(result.outcome === 'skipped', result.reason)
    expect(result.outcome === 'failed' ? renderFailure(result, plain) : '').toBe('')
  })
})
