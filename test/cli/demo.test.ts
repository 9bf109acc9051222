// The parts of npm start, on both builds of the kernel.
import { beforeAll, describe, expect, test } from 'vitest'
import { runCnTest } from '../../src/cli/demo/cn-test.js'
import { type Examples, loadExamples, type RecordedEvent } from '../../src/cli/demo/examples.js'
import { runProcessEvents, type Setting } from '../../src/cli/demo/process-events.js'
import { dropsOf } from '../../src/cli/demo/procfs.js'
import { balances } from '../../src/cli/demo/result.js'
import { simulatedEvents } from '../../src/cli/demo/simulated.js'
import { boot } from '../../src/index.js'
import { NETLINK_CONNECTOR, PF_NETLINK, SOCK_RAW } from '../../src/uapi/index.js'

let examples: Examples
let events: RecordedEvent[]
beforeAll(async () => {
  examples = await loadExamples()
  events = examples.readRecording(examples.RECORDING, 3000)
})

const play = (setting: Partial<Setting> = {}, seed = 0) => {
  const nothing = () => {}
  const whole = { examples, file: '', events, rcvbuf: 106496, rows: 0, progress: nothing, ...setting }
  return runProcessEvents(boot({ seed }), whole)
}

test('everything sent to ucon arrives', () => {
  const { result, balance } = runCnTest(boot(), examples)
  expect(balance).toMatchObject({ sent: 8, delivered: 8, dropped: 0 })
  expect(result.messages.filter(({ way }) => way === 'sent')).toHaveLength(2)
  expect(result.notices.map(({ id, ack, len }) => [id, ack, len])).toEqual([
    ['14:456', 1, 0],
    ['14:457', 1, 0],
  ])
})

describe('process events', () => {
  test.each([0, 2000, 10_000, 50_000, 106_496, 10_000_000])(
    'with a receive buffer of %i, the balance is right',
    (rcvbuf) => {
      for (let seed = 0; seed < 5; seed++) {
        const { result, balances: all } = play({ rcvbuf }, seed)
        for (const balance of all) expect(balance).toSatisfy(balances)
        expect(all.map(({ sent }) => sent)).toEqual(Array(3).fill(events.length + result.acknowledgements))
      }
    },
  )

  test.each([1, 2, 3, 10, 300])('with %i events, the balance is right', (limit) => {
    const { balances: all } = play({ events: events.slice(0, limit), rcvbuf: 0 })
    for (const balance of all) expect(balance).toSatisfy(balances)
  })

  test('of the simulated workload: the balance is right, and a slow listener loses some', () => {
    const simulated = simulatedEvents(7, 8000)
    expect(simulated).toHaveLength(8000)
    const { result, balances: all } = play({ events: simulated, file: null })
    for (const balance of all) expect(balance).toSatisfy(balances)
    expect(all.map(({ name, dropped }) => [name, dropped > 0])).toEqual([
      ['forkstat', false],
      ['coredumps', false],
      ['slow', true],
    ])
    expect(result.coreDumps.length).toBeGreaterThan(0)
    expect(simulatedEvents(7, 100)).toEqual(simulated.slice(0, 100))
    expect(simulatedEvents(8, 100)).not.toEqual(simulated.slice(0, 100))
  })

  test('keeps as many rows as it is told, and reports its progress to the end', () => {
    const seen: number[] = []
    const { result } = play({ rows: 7, progress: (done, total) => seen.push(done / total) })
    expect(result.rows).toHaveLength(7)
    expect(seen.at(-1)).toBe(1)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })
})

test('drops are read of the right socket', () => {
  const kernel = boot()
  const socket = kernel.spawn().socket(PF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
  socket.bind({ nl_pid: 77 })
  expect(dropsOf(kernel, 77)).toBe(0)
  expect(() => dropsOf(kernel, 78)).toThrow('no socket with port 78')
})
