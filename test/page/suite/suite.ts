// The suite that runs on every host: bundled once for each build of the kernel, the same file is run by Node and by Chromium.
import kernel from '../../../build/release.wasm'
import { compile, type ReplayResult } from '../../../src/index.js'
import { provideDebugHost } from '../../../src/machine/debug.js'
import { provideKernel } from '../../../src/machine/instantiate.js'
import { type PlayedScenario, playConformance, type ScenarioSource } from './conformance.js'
import { type FewCalls, recordFew, replayHere } from './journals.js'
import { playHistories, playModel, playReentrancy, type RandomRun } from './properties.js'
import { type Behind, type Halfway, workBehind, workHalfway } from './snapshots.js'
import { saying, type Tell } from './tell.js'

export { type Recorded, recordMillion } from './journals.js'
export { type Behind, type Halfway, workBehind, workHalfway } from './snapshots.js'

// The bundle means one build or the other by this import, however the package carries its kernel.
provideKernel(kernel)
provideDebugHost()

/** What the suite is given. */
export interface Given {
  readonly files: readonly ScenarioSource[]
  /** Recorded by another host. */
  readonly journal: Uint8Array
  /** Exported by another host. */
  readonly snapshot: Uint8Array
}

/** What came of it on one host; everything but `asserts` and `seconds` has to be the same on all of them. */
export interface Report {
  /** Whether the kernel that boots has assertions: then it imports abort. */
  readonly asserts: boolean
  readonly scenarios: readonly PlayedScenario[]
  readonly model: readonly RandomRun[]
  readonly histories: readonly RandomRun[]
  readonly reentrancy: readonly RandomRun[]
  readonly replay: ReplayResult
  readonly recorded: FewCalls
  readonly halfway: Halfway
  /** How it went on from the snapshot that was given. */
  readonly behind: Behind
  readonly seconds: Readonly<Record<string, number>>
}

/** Runs everything, part by part. */
export async function runSuite({ files, journal, snapshot }: Given, tell: Tell): Promise<Report> {
  const seconds: Record<string, number> = {}
  async function part<T>(name: string, run: () => T | Promise<T>): Promise<T> {
    const began = performance.now()
    const result = await saying(name, run)
    seconds[name] = (performance.now() - began) / 1000
    return result
  }
  return {
    asserts: WebAssembly.Module.imports(await compile()).some(({ name }) => name === 'abort'),
    scenarios: await part('scenarios', () => playConformance(files, tell)),
    model: await part('model', () => playModel(tell)),
    histories: await part('histories', () => playHistories(tell)),
    reentrancy: await part('reentrancy', () => playReentrancy(tell)),
    replay: await part('replay', () => replayHere(journal, tell)),
    recorded: await part('recorded', () => recordFew(tell)),
    halfway: await part('halfway', () => workHalfway()),
    behind: await part('behind', () => workBehind(snapshot)),
    seconds,
  }
}
