// Every measurement of the package runs, with numbers so small that nothing of what it tells means anything.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { measurements } from '../../bench/measurements.mjs'
import { bytesOf } from '../../bench/ours/heap.mjs'
import { boot, restore } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'

/** What `node --expose-gc` gives. */
function exposeGc(): void {
  setFlagsFromString('--expose-gc')
  Object.assign(globalThis, { gc: runInNewContext('gc') })
}

const most = (value: unknown, limit: number) => (typeof value === 'number' ? Math.min(value, limit) : value)

/** The same measurement of next to nothing. */
function small(params: Record<string, unknown>) {
  const limits = { iterations: 2, restores: 1, listeners: 4, sockets: 8, mebibytes: 1, together: 1 }
  const less = Object.entries(params).map(([name, value]) => [
    name,
    most(value, limits[name as keyof typeof limits] ?? 64),
  ])
  return { ...Object.fromEntries(less), rounds: 1, warmup: 0, warm: 64 }
}

// The other thread of "threads" runs what is in dist/, and its kernel must be of the same copy of the package.
const inNode = measurements.filter(({ id, sides }) => sides.at(-1) === 'node' && id !== 'threads')
const heapUsed = () => process.memoryUsage().heapUsed

describe('each file of ours/', () => {
  test('is looked at', () => {
    expect(inNode.length).toBeGreaterThan(15)
  })

  test.each(inNode.map((one) => [one.id, one] as const))('%s gives the parts that its rows name', async (_id, one) => {
    exposeGc()
    const { measure } = await import(`../../bench/ours/${one.file}.mjs`)
    const samples = await measure({ boot, restore, uapi, heapUsed, began: 0, imported: 1 }, small(one.params))
    for (const { part } of one.results) {
      expect(samples[part], part).not.toHaveLength(0)
      expect(
        samples[part].every((value: number) => Number.isFinite(value)),
        part,
      ).toBe(true)
    }
  })
})

describe('bytes of the heap per message', () => {
  test('are those that a message leaves', async () => {
    exposeGc()
    const kept: Uint8Array[] = []
    const samples = await bytesOf(
      (messages: number) => {
        for (let i = 0; i < messages; i++) kept.push(new Uint8Array(64))
      },
      1000,
      1000,
    )
    expect(Math.min(...samples)).toBeGreaterThan(64)
    expect(await bytesOf(() => {}, 1000, 0)).toSatisfy((few: number[]) => Math.min(...few) < 64)
  })

  test('are not told if a collection ran meanwhile', async () => {
    exposeGc()
    await expect(bytesOf(() => globalThis.gc?.(), 1, 1)).rejects.toThrow('a collection ran')
  })
})
