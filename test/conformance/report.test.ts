// The page of the documentation: counts for each topic, rules with their proofs, and everything that does not pass.

import { expect, it } from 'vitest'
import type { Json } from '../../src/cli/replay/json.js'
import type { ScenarioResult } from '../../src/cli/replay/results.js'
import { renderConformancePage } from './page.js'
import type { Rule } from './rules.js'

const passed = (topic: string, name: string): ScenarioResult => {
  return { file: `${topic}.json`, topic, name, outcome: 'passed', differences: [] }
}

const skipped = (topic: string, name: string, reason: string): ScenarioResult => {
  return { ...passed(topic, name), outcome: 'skipped', reason }
}

const failed = (topic: string, name: string, expected: Json, got: Json): ScenarioResult => {
  const difference = { step: 3, call: 'recv', written: { call: 'recv' }, expected, got }
  return { ...passed(topic, name), outcome: 'failed', differences: [difference, { ...difference, step: 4 }] }
}

function page(results: readonly ScenarioResult[], rules: readonly Rule[] = [], exceptions: readonly string[] = []) {
  const general = [{ names: 'w/*', what: 'walks' }]
  return renderConformancePage({ results, sections: [{ title: 'All', rules }], general, exceptions }).split('\n')
}

const after = (lines: readonly string[], title: string) => {
  const rest = lines.slice(lines.indexOf(title) + 1)
  const end = rest.findIndex((line) => line.startsWith('#'))
  return rest.slice(0, end < 0 ? undefined : end).filter((line) => line !== '')
}

it('has a row for each topic in order, and one for all', () => {
  const rows = page([passed('user/send', 'a'), passed('user/bind', 'b'), failed('user/send', 'c', {}, { n: 1 })])
  expect(
    rows.slice(rows.indexOf('| topic | passed | failed | skipped |'), rows.indexOf('| **all** | 2 | 1 | 0 |')),
  ).toEqual([
    '| topic | passed | failed | skipped |',
    '| --- | ---: | ---: | ---: |',
    '| user/bind | 1 | 0 | 0 |',
    '| user/send | 1 | 1 | 0 |',
  ])
})

it('has a row for each rule: its proofs, how many a star means, and which of them prove nothing', () => {
  const results = [passed('w', 'w/1'), passed('w', 'w/2'), skipped('w', 'w/3', 'why'), failed('b', 'b', {}, {})]
  const rules = [
    { rule: 'One | two.', proof: ['w/1', 'w/*'] },
    { rule: 'Three.', proof: ['b', 'w/3', 'test/x.test.ts'] },
  ]
  const lines = page(results, rules)
  expect(after(lines, '### All')).toEqual([
    '| rule | proved by |',
    '| --- | --- |',
    '| One \\| two. | `w/1`, `w/*` (3, 1 skipped) |',
    '| Three. | `b` (fails), `w/3` (skipped), [test/x.test.ts](../test/x.test.ts) |',
    'Scenarios that stand for no rule of their own:',
    '- `w/*` (3, 1 skipped): walks',
  ])
})

it('tells which rules nothing proves, and why', () => {
  const rules = [
    { rule: 'Proved.', proof: ['a'] },
    { rule: 'Not shown.', proof: [], reason: 'There is none.' },
    { rule: 'Not here.', proof: ['b', 'c'] },
  ]
  const lines = page([passed('x', 'a'), skipped('x', 'b', 'r'), failed('x', 'c', {}, {})], rules)
  expect(after(lines, '### Rules that nothing proves')).toEqual([
    '- Not shown. There is none.',
    '- Not here. What would prove it does not pass: `b`, `c`.',
  ])
  expect(lines).toContain('| Not shown. | nothing, see below |')
  expect(lines.find((line) => line.includes('rules,'))).toMatch(/^3 rules, 1 of them/)
})

it('lists what does not pass, with the first difference or the reason', () => {
  const results = [
    failed('user/recv', 'recv/order', { n: 1 }, { error: 'EAGAIN' }),
    skipped('user/reply', 'reply/ack', 'no NETLINK_ROUTE here'),
    skipped('user/reply', 'reply/error', 'no NETLINK_ROUTE here'),
  ]
  const lines = page(results, [], ['Another thing.'])
  expect(after(lines, '## Scenarios that fail')).toEqual([
    '- `recv/order`: step 3, recv: expected `{"n":1}`, got `{"error":"EAGAIN"}`',
  ])
  expect(after(lines, '### Scenarios that are skipped')).toEqual([
    '- no NETLINK_ROUTE here: `reply/ack`, `reply/error`',
  ])
  expect(after(lines, '### What differs from Linux')).toEqual(['- Another thing.'])
})

it('cuts long answers to where they begin to differ', () => {
  const data = '0'.repeat(500)
  const lines = page([failed('user/recv', 'long', { data: `${data}aa` }, { data: `${data}bb` })])
  const [line] = after(lines, '## Scenarios that fail')
  expect(line).toMatch(/expected `…0{60}aa"}`, got `…0{60}bb"}`$/)
})

it('has no empty sections', () => {
  const titles = page([passed('user/bind', 'a')]).filter((line) => line.startsWith('#'))
  expect(titles).toEqual(['# Conformance', '## Rules', '### All', '## Exceptions'])
})
