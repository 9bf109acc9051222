// The page of the documentation: counts for each topic, and each scenario that does not pass with its first difference.

import { expect, it } from 'vitest'
import type { Json } from '../../src/cli/replay/json.js'
import { renderConformanceTable } from '../../src/cli/replay/report.js'
import type { ScenarioResult } from '../../src/cli/replay/results.js'

const passed = (topic: string, name: string): ScenarioResult => {
  return { file: `${topic}.json`, topic, name, outcome: 'passed', differences: [] }
}

const failed = (topic: string, name: string, expected: Json, got: Json): ScenarioResult => {
  const difference = { step: 3, call: 'recv', written: { call: 'recv' }, expected, got }
  return { ...passed(topic, name), outcome: 'failed', differences: [difference, { ...difference, step: 4 }] }
}

const page = (...results: ScenarioResult[]) => renderConformanceTable(results).split('\n')

it('has a row for each topic in order, and one for all', () => {
  const rows = page(passed('user/send', 'a'), passed('user/bind', 'b'), failed('user/send', 'c', {}, { n: 1 }))
  expect(rows.filter((line) => line.startsWith('| '))).toEqual([
    '| topic | passed | failed | skipped |',
    '| --- | ---: | ---: | ---: |',
    '| user/bind | 1 | 0 | 0 |',
    '| user/send | 1 | 1 | 0 |',
    '| **all** | 2 | 1 | 0 |',
  ])
})

it('lists what does not pass, with the first difference or the reason', () => {
  const lines = page(failed('user/recv', 'recv/order', { n: 1 }, { error: 'EAGAIN' }), {
    ...passed('user/reply', 'reply/ack'),
    outcome: 'skipped',
    reason: 'no NETLINK_ROUTE here',
  })
  expect(lines).toContain('- recv/order: step 3, recv: expected `{"n":1}`, got `{"error":"EAGAIN"}`')
  expect(lines).toContain('- reply/ack: no NETLINK_ROUTE here')
})

it('cuts long answers to where they begin to differ', () => {
  const data = '0'.repeat(500)
  const line = page(failed('user/recv', 'long', { data: `${data}aa` }, { data: `${data}bb` })).at(-2)
  expect(line).toMatch(/expected `…0{60}aa"}`, got `…0{60}bb"}`$/)
})

it('has no empty sections', () => {
  expect(page(passed('user/bind', 'a')).filter((line) => line.startsWith('## '))).toEqual([])
})
