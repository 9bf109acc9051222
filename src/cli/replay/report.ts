// What is told about results: on a terminal, as JSON, and as the page of the documentation.

import type { Json, JsonObject } from './json.js'
import { countOf, type Difference, type ScenarioResult } from './results.js'

/** Writes text in a colour, or not. */
export type Paint = (colour: 'red' | 'green' | 'dim', text: string) => string

export const plain: Paint = (_, text) => text
const CODES = { red: 31, green: 32, dim: 2 }
export const coloured: Paint = (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`

/** A scenario that failed: each difference, and what stopped it. */
export function renderFailure(result: ScenarioResult, paint: Paint): string {
  const lines = [`${paint('red', 'FAILED')} ${result.name} ${paint('dim', `(${result.file})`)}`]
  for (const { step, call, written, expected, got } of result.differences) {
    lines.push(`  step ${step}, ${call}: ${paint('dim', JSON.stringify(argumentsOf(written)))}`)
    lines.push(`    expected ${paint('green', JSON.stringify(expected))}`)
    lines.push(`    got      ${paint('red', JSON.stringify(got))}`)
  }
  if (result.reason !== undefined) lines.push(`  ${paint('red', result.reason)}`)
  return lines.join('\n')
}

function argumentsOf(written: Json): Json {
  const { call: _, ...rest } = written as JsonObject
  return rest
}

/** The reasons for which scenarios were skipped, and how many each. */
export function renderSkipped(results: readonly ScenarioResult[]): string[] {
  const counts = new Map<string, number>()
  for (const { outcome, reason = '' } of results) {
    if (outcome === 'skipped') counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].map(([reason, count]) => `skipped ${count}: ${reason}`)
}

export function renderJson(results: readonly ScenarioResult[], profile: string, backend: string): string {
  return JSON.stringify({ profile, backend, ...countOf(results), scenarios: results }, null, 2)
}

/** The page docs/conformance.md: a table of the topics, and every scenario that does not pass with the reason. */
export function renderConformanceTable(results: readonly ScenarioResult[]): string {
  const topics = [...new Set(results.map(({ topic }) => topic))].sort()
  const of = (wanted: string) => results.filter(({ topic }) => topic === wanted)
  return [
    '# Conformance',
    '',
    'What real Linux kernels answered to recorded scenarios, and how many of these answers the machine gives. This page is',
    'made by `UPDATE_DOCS=1 npx vitest run test/conformance`; a test compares it with what the machine does now.',
    '',
    '| topic | passed | failed | skipped |',
    '| --- | ---: | ---: | ---: |',
    ...topics.map((topic) => row(topic, of(topic))),
    row('**all**', results),
    ...section('Scenarios that fail', 'failed', results),
    ...section('Scenarios that are skipped', 'skipped', results),
    '',
  ].join('\n')
}

function row(topic: string, results: readonly ScenarioResult[]): string {
  const { passed, failed, skipped } = countOf(results)
  return `| ${topic} | ${passed} | ${failed} | ${skipped} |`
}

function section(title: string, outcome: ScenarioResult['outcome'], all: readonly ScenarioResult[]): string[] {
  const results = all.filter((result) => result.outcome === outcome)
  if (results.length === 0) return []
  return ['', `## ${title}`, '', ...results.map((result) => `- ${result.name}: ${inBrief(result)}`)]
}

function inBrief({ differences, reason }: ScenarioResult): string {
  const [first] = differences
  return first ? differenceInBrief(first) : (reason ?? 'no reason given')
}

/** Long answers are cut to the part where they begin to differ. */
const LONGEST = 160
const BEFORE_THE_DIFFERENCE = 60

function differenceInBrief({ step, call, expected, got }: Difference): string {
  const texts = [JSON.stringify(expected), JSON.stringify(got)] as const
  const from = Math.max(0, firstDifference(...texts) - BEFORE_THE_DIFFERENCE)
  const [wanted, given] = texts.map((text) => `\`${cut(text, text.length > LONGEST ? from : 0)}\``)
  return `step ${step}, ${call}: expected ${wanted}, got ${given}`
}

function firstDifference(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

function cut(text: string, from: number): string {
  const end = from + LONGEST
  return `${from > 0 ? '…' : ''}${text.slice(from, end)}${text.length > end ? '…' : ''}`
}
