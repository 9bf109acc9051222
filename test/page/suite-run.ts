// The suite on all hosts: Node records and exports, then Node and Chromium do everything with each build of the kernel.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { readText } from '../support/files.js'
import type { Halfway, Recorded, Report } from './suite/suite.js'
import { saying, type Tell } from './suite/tell.js'
import { BUILDS, type Build, bundleSuite } from './suite-bundle.js'
import { nodeHost, type PageRun, runInPage, type SuiteHost } from './suite-hosts.js'

const DATA = 'test/conformance/data'

export type EachBuild<T> = Readonly<Record<Build, T>>

/** What came of the suite everywhere. */
export interface SuiteRun {
  /** By Node with the release build: the journal that all hosts replay. */
  readonly recorded: Recorded
  readonly recordedSeconds: number
  /** By Node with the release build: the snapshot that all hosts go on from. */
  readonly halfway: Halfway
  readonly inNode: EachBuild<Report>
  readonly inPage: EachBuild<PageRun>
  /** To ask Node for more. */
  readonly nodes: EachBuild<SuiteHost>
}

export async function eachBuild<T>(make: (build: Build) => Promise<T>): Promise<EachBuild<T>> {
  const [release, debug] = await Promise.all(BUILDS.map(make))
  return { release: release as T, debug: debug as T }
}

/**
 * Runs everything, two hosts at a time: as many as the smallest machines have cores, so that the figures mean something.
 *
 * @param folder where the scripts may lie as long as somebody asks `nodes`
 * @param tell is told who does what
 */
export async function runOnAllHosts(browser: Browser, folder: string, tell: Tell): Promise<SuiteRun> {
  const telling =
    (who: string): Tell =>
    (text) =>
      tell(`${who}: ${text}`)
  const scripts = await eachBuild(bundleSuite)
  mkdirSync(folder, { recursive: true })
  const nodes = await eachBuild(async (build) => {
    const file = `${folder}${build}.mjs`
    writeFileSync(file, scripts[build])
    return nodeHost(file, telling(`node, ${build}`))
  })
  const began = performance.now()
  const recorded = await nodes.release.recordMillion()
  const recordedSeconds = (performance.now() - began) / 1000
  const halfway = await nodes.release.workHalfway()
  const given = { files: scenarioFiles(), journal: recorded.journal, snapshot: halfway.snapshot }
  const inNode = await eachBuild((build) => saying(`node, ${build}`, () => nodes[build].runSuite(given)))
  const inPage = await eachBuild((build) => {
    const host = `chromium, ${build}`
    return saying(host, () => runInPage(browser, scripts[build], given, telling(host)))
  })
  return { recorded, recordedSeconds, halfway, inNode, inPage, nodes }
}

function scenarioFiles() {
  const root = fileURLToPath(new URL(`../../${DATA}`, import.meta.url))
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  return names.sort().map((path) => ({ path, source: readText(`${DATA}/${path}`) }))
}

/** Each host's name with its report, Node with the release build first. */
export function reportsOf({ inNode, inPage }: SuiteRun): readonly (readonly [host: string, report: Report])[] {
  return BUILDS.flatMap((build) => [
    [`node, ${build}`, inNode[build]] as const,
    [`chromium, ${build}`, inPage[build].report] as const,
  ])
}

/** How long the journal is, and how many seconds each part took on each host, as a table. */
export function figuresOf(run: SuiteRun): string {
  const { journal, calls, steps } = run.recorded
  const size = (journal.length / 2 ** 20).toFixed(1)
  const seconds = run.recordedSeconds.toFixed(2)
  const parts = Object.keys(run.inNode.release.seconds)
  const row = (name: string, cells: readonly string[]) =>
    name.padEnd(20) + cells.map((cell) => cell.padStart(12)).join('')
  return [
    `a journal of ${calls} calls (${steps} steps of work, ${size} MiB) recorded in ${seconds} s; seconds of each part:`,
    row('', parts),
    ...reportsOf(run).map(([host, report]) =>
      row(
        host,
        parts.map((part) => (report.seconds[part] as number).toFixed(2)),
      ),
    ),
  ].join('\n')
}
