// The fuzzer without Linux: the machine against itself, and against a machine with a fault.

import { describe, expect, test } from 'vitest'
import { compare, type Difference, type Sides, write } from '../../src/cli/fuzz/duel.js'
import { renderAnswers, renderScenario, scenarioOf } from '../../src/cli/fuzz/print.js'
import { type RunResult, run } from '../../src/cli/fuzz/run.js'
import { makeSequence } from '../../src/cli/fuzz/sequence.js'
import { machineBackend } from '../../src/cli/replay/machine.js'
import { playScenario } from '../../src/cli/replay/player.js'
import { parseScenarios } from '../../src/cli/replay/scenario.js'
import { LINUX_6, type Socket } from '../../src/index.js'
import { MSG_PEEK, NETLINK_ADD_MEMBERSHIP, SOL_NETLINK } from '../../src/uapi/index.js'
import { type Fault, spoilt } from './spoilt.js'

const SEED = 7
const QUIET = { next: () => {}, shrinking: () => {} }
const machine = machineBackend(LINUX_6)

describe('sequences', () => {
  test('are the same for the same seed and number, and others for others', () => {
    expect(makeSequence(SEED, 3)).toEqual(makeSequence(SEED, 3))
    expect(makeSequence(SEED, 4)).not.toEqual(makeSequence(SEED, 3))
    expect(makeSequence(SEED + 1, 3)).not.toEqual(makeSequence(SEED, 3))
  })

  test('have 20 to 100 calls of two or three tasks', () => {
    for (let i = 0; i < 50; i++) {
      const { tasks, drafts } = makeSequence(SEED, i)
      expect(drafts.length).toBeGreaterThanOrEqual(20)
      expect(drafts.length).toBeLessThanOrEqual(100)
      expect([2, 3]).toContain(Object.keys(tasks).length)
    }
  })

  test('reach what is easy to miss: losses, congestion, cut messages, filters, credentials, drawn ports', async () => {
    const told: string[] = []
    for (let i = 0; i < 40; i++) told.push(JSON.stringify(await write(makeSequence(SEED, i), machine)))
    const text = told.join('\n')
    const wanted = ['ENOBUFS', 'EAGAIN', 'EADDRINUSE', 'EMSGSIZE', 'ESRCH', 'POLLERR', '"MSG_TRUNC"],"control":[{']
    expect([...wanted, '$auto.', 'SCM_CREDENTIALS', '{"filter":[['].filter((one) => !text.includes(one))).toEqual([])
  })
})

/** A scenario file made of what the machine answers. */
async function written(index: number): Promise<string> {
  const { script, answers } = await write(makeSequence(SEED, index), machine)
  return renderScenario(scenarioOf({ script, linux: answers, machine: null }, `fuzz/${index}`))
}

test('a printed scenario can be read and played', async () => {
  for (let i = 0; i < 20; i++) {
    const [scenario] = parseScenarios(await written(i), 'printed')
    expect(await playScenario(scenario!, machine)).toEqual({ outcome: 'passed', differences: [] })
  }
})

test('a machine does not differ from itself', async () => {
  const result = await run({ seed: SEED, from: 0, count: 60 }, { machine, linux: machine }, QUIET)
  expect(result).toMatchObject({ sequences: 60, unsteady: [] })
  expect(result.found).toBeUndefined()
})

/** A peek that takes the message away. */
const takenByPeek: Fault = (socket: Socket) => ({
  recvmsg(msg, flags = 0) {
    const received = socket.recvmsg(msg, flags)
    if (flags & MSG_PEEK) socket.recv(new Uint8Array(1))
    return received
  },
})

/** Nobody gets into group 3. */
const notGroup3: Fault = (socket: Socket) => ({
  setsockopt(level, name, value, len) {
    if (level === SOL_NETLINK && name === NETLINK_ADD_MEMBERSHIP && value === 3) return
    socket.setsockopt(level, name, value, len)
  },
})

async function found(sides: Sides): Promise<Difference & RunResult> {
  const result = await run({ seed: SEED, from: 0, count: 300 }, sides, QUIET)
  if (result.found === undefined) throw new Error('nothing was found')
  return { ...result, ...result.found.difference }
}

describe('a fault that was put in', () => {
  test.each([
    ['a peek that takes the message away', takenByPeek, 7],
    ['a join that does nothing', notGroup3, 4],
  ])('%s is found, and made short', async (_, fault, most) => {
    const sides = { machine: spoilt(machine, fault), linux: machine }
    const { script, linux, machine: wrong } = await found(sides)
    expect(script.steps.length).toBeLessThanOrEqual(most)
    expect(linux.at(-1)).not.toEqual(wrong)
    expect(await compare(script, sides)).toBeDefined()
    const printed = renderScenario(scenarioOf({ script, linux, machine: wrong }, 'fuzz/planted'))
    const [scenario] = parseScenarios(printed, 'printed')
    expect(await playScenario(scenario!, machine)).toMatchObject({ outcome: 'passed' })
    expect(renderAnswers({ script, linux, machine: wrong })).toContain('  machine  ')
  })

  test('what answers differently each time is set aside, not believed', async () => {
    let polls = 0
    const moody = spoilt(machine, (socket) => ({ poll: (events) => socket.poll(events) ^ (polls++ === 0 ? 4 : 0) }))
    const result = await run({ seed: SEED, from: 0, count: 5 }, { machine, linux: moody }, QUIET)
    expect(result.found).toBeUndefined()
    expect(result.unsteady.length).toBeGreaterThan(0)
  })
})
