// How scenarios ended.

import type { Json } from './json.js'

export interface Difference {
  /** Which step, counted from 0. */
  readonly step: number
  readonly call: string
  /** The step as it is written. */
  readonly written: Json
  readonly expected: Json
  readonly got: Json
}

/** How a scenario ended; `reason` says why it was skipped, or what stopped it. */
export interface Outcome {
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly reason?: string
  readonly differences: readonly Difference[]
}

export interface ScenarioResult extends Outcome {
  /** The file's path as it was found. */
  readonly file: string
  /** Folder and name of the file: `user/bind`. */
  readonly topic: string
  readonly name: string
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export function countOf(results: readonly Outcome[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { outcome } of results) counts[outcome]++
  return counts
}

export function summaryLine(results: readonly Outcome[]): string {
  const { passed, failed, skipped } = countOf(results)
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
