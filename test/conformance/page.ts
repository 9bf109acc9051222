// The page docs/conformance.md: how many scenarios pass, every rule with what proves it, and what is not as on Linux.

import { countOf, type Difference, type ScenarioResult } from '../../src/cli/replay/results.js'
import type { Rule, RuleSection } from './rules.js'

export interface PageParts {
  readonly results: readonly ScenarioResult[]
  readonly sections: readonly RuleSection[]
  readonly general: readonly { readonly names: string; readonly what: string }[]
  /** What is known to differ from Linux, a sentence or two each. */
  readonly exceptions: readonly string[]
}

export const isTestFile = (proof: string): boolean => proof.startsWith('test/')

/** Whether a name is meant: `*` stands for anything. */
export function isNamed(pattern: string, name: string): boolean {
  const parts = pattern.split('*')
  const [first = ''] = parts
  if (parts.length === 1) return pattern === name
  const last = parts.at(-1) ?? ''
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    at = name.indexOf(part, at)
    if (at < 0) return false
    at += part.length
  }
  return at <= name.length - last.length
}

export function renderConformancePage({ results, sections, general, exceptions }: PageParts): string {
  const rules = sections.flatMap((section) => section.rules)
  const unproved = rules.filter((rule) => !isProved(rule, results))
  return [
    '# Conformance',
    '',
    'What real Linux kernels answered to recorded scenarios, how many of these answers the machine gives, and which rule each of',
    'them proves. The scenarios are in `test/conformance/data`, what was recorded for this package in `own`. This page is made by',
    '`UPDATE_DOCS=1 npx vitest run test/conformance`; a test compares it with what the debug and the release build do now.',
    '',
    ...summary(results),
    ...section('Scenarios that fail', failures(results)),
    '',
    '## Rules',
    '',
    `${rules.length} rules, ${rules.length - unproved.length} of them proved by scenarios that pass or by other tests. \`name*\` means all`,
    'scenarios that begin so; the number of them stands behind it. Skipped ones do not count as a proof.',
    ...sections.flatMap(({ title, rules: own }) => [
      '',
      `### ${title}`,
      '',
      '| rule | proved by |',
      '| --- | --- |',
      ...own.map((rule) => `| ${rule.rule.replaceAll('|', '\\|')} | ${proofs(rule, results)} |`),
    ]),
    '',
    'Scenarios that stand for no rule of their own:',
    '',
    ...general.map(({ names, what }) => `- ${shown(names, results)}: ${what}`),
    '',
    '## Exceptions',
    ...section('Rules that nothing proves', unproved.map(whyUnproved), '###'),
    ...section('Scenarios that are skipped', skipped(results), '###'),
    ...section('What differs from Linux', exceptions, '###'),
    '',
  ].join('\n')
}

function summary(results: readonly ScenarioResult[]): string[] {
  const topics = [...new Set(results.map(({ topic }) => topic))].sort()
  return [
    '| topic | passed | failed | skipped |',
    '| --- | ---: | ---: | ---: |',
    ...topics.map((wanted) =>
      row(
        wanted,
        results.filter(({ topic }) => topic === wanted),
      ),
    ),
    row('**all**', results),
  ]
}

function row(topic: string, results: readonly ScenarioResult[]): string {
  const { passed, failed, skipped } = countOf(results)
  return `| ${topic} | ${passed} | ${failed} | ${skipped} |`
}

function section(title: string, items: readonly string[], level = '##'): string[] {
  return items.length === 0 ? [] : ['', `${level} ${title}`, '', ...items.map((item) => `- ${item}`)]
}

function isProved({ proof }: Rule, results: readonly ScenarioResult[]): boolean {
  return proof.some(
    (one) => isTestFile(one) || results.some(({ name, outcome }) => outcome === 'passed' && isNamed(one, name)),
  )
}

function proofs({ proof }: Rule, results: readonly ScenarioResult[]): string {
  return proof.length === 0 ? 'nothing, see below' : proof.map((one) => shown(one, results)).join(', ')
}

/** A proof, and what is to be said about it: how many scenarios it means, and how many of these prove nothing. */
function shown(proof: string, results: readonly ScenarioResult[]): string {
  if (isTestFile(proof)) return `[${proof}](../${proof})`
  const meant = results.filter(({ name }) => isNamed(proof, name))
  const { failed, skipped } = countOf(meant)
  const notes = [
    ...(proof.includes('*') ? [`${meant.length}`] : []),
    ...(failed > 0 ? [meant.length === 1 ? 'fails' : `${failed} fail`] : []),
    ...(skipped > 0 ? [meant.length === skipped ? 'skipped' : `${skipped} skipped`] : []),
  ]
  return notes.length === 0 ? `\`${proof}\`` : `\`${proof}\` (${notes.join(', ')})`
}

function whyUnproved({ rule, proof, reason }: Rule): string {
  return `${rule} ${reason ?? `What would prove it does not pass: ${proof.map((one) => `\`${one}\``).join(', ')}.`}`
}

function skipped(results: readonly ScenarioResult[]): string[] {
  const byReason = new Map<string, string[]>()
  for (const { name, outcome, reason = 'no reason given' } of results) {
    if (outcome === 'skipped') byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  }
  return [...byReason].map(([reason, names]) => `${reason}: ${names.map((name) => `\`${name}\``).join(', ')}`)
}

function failures(results: readonly ScenarioResult[]): string[] {
  const failed = results.filter(({ outcome }) => outcome === 'failed')
  return failed.map(({ name, differences: [first], reason }) => {
    return `\`${name}\`: ${first ? differenceInBrief(first) : (reason ?? 'no reason given')}`
  })
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
