// Journals that begin in the middle of a machine's life, and time that goes back while one is recorded.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { boot, replay } from '../../src/index.js'
import { play, World } from '../faults/histories.js'
import { expectReplays, journalOf, otherBuild, recordAllKernels } from './support.js'

afterEach(() => vi.restoreAllMocks())

describe('a journal that begins later', () => {
  test('begins with an image, and leads to the same state', () => {
    for (let history = 0; history < 60; history++) {
      const world = new World(history)
      play(world, history, 60)
      world.kernel.journal.start()
      play(world, history + 1000, 60)
      expectReplays(world.kernel, `history ${history}`)
      expect(world.kernel.halt()).toBe(0)
    }
  })

  test('with dumps, timers and delayed messages on their way', () => {
    const world = new World(5)
    world.kernel.faults.add({ action: 'delay', ms: 500 })
    play(world, 5, 120)
    world.kernel.journal.start()
    world.kernel.clock.advance(1000)
    play(world, 6, 50)
    expectReplays(world.kernel)
    const told: unknown[] = []
    expect(replay(world.kernel.journal.export(), { tap: (event) => told.push(event) }).difference).toBeNull()
    expect(told.length).toBeGreaterThan(0)
    world.kernel.faults.clear()
    expect(world.kernel.halt()).toBe(0)
  })

  test('replays on the other build, whose memory has the same layout', () => {
    const world = new World(8)
    play(world, 8, 100)
    world.kernel.journal.start()
    play(world, 9, 100)
    const journal = world.kernel.journal.stop()
    expect(replay(journal, { module: otherBuild() }).difference).toBeNull()
    expect(world.kernel.halt()).toBe(0)
  })

  test('two journals of one machine', () => {
    const kernel = boot()
    for (const value of [1, 2]) {
      kernel.journal.start()
      for (let n = 0; n < value; n++) kernel.random()
      expect(kernel.journal.calls).toBe(value)
      const { calls, difference } = replay(kernel.journal.stop())
      expect({ calls, difference }).toEqual({ calls: value, difference: null })
    }
  })
})

describe('time that goes back', () => {
  test('is replayed, again and again', () => {
    recordAllKernels()
    for (let history = 0; history < 40; history++) {
      const world = new World(history)
      const { kernel } = world
      play(world, history, 30)
      const snapshot = kernel.snapshot()
      for (let branch = 0; branch < 3; branch++) {
        kernel.spawn({ uid: branch })
        kernel.printk(`branch ${branch}`)
        kernel.clock.advance(5)
        expectReplays(kernel, `history ${history}, branch ${branch}`)
        kernel.rewind(snapshot)
        expect(kernel.stateHash()).toBe(snapshot.stateHash)
        expectReplays(kernel, `history ${history}, after branch ${branch}`)
      }
      expect(kernel.halt()).toBe(0)
    }
  })

  test('also with fault rules and a tap, which go back or stay', () => {
    const kernel = boot({ journal: true })
    const rule = kernel.faults.add({ action: 'drop', probability: 0.5 })
    const snapshot = kernel.snapshot()
    rule.remove()
    kernel.spawn()
    kernel.rewind(snapshot)
    kernel.tap(() => {})
    const heard: unknown[] = []
    kernel.tap((event) => heard.push(event))
    const told: unknown[] = []
    expect(replay(expectReplays(kernel), { tap: (event) => told.push(event) }).difference).toBeNull()
    expect(told).toEqual(heard)
  })
})

test('a journal of a halted kernel ends where it was halted', () => {
  const kernel = boot({ journal: true })
  kernel.spawn()
  kernel.printk('the last line')
  const hash = kernel.stateHash()
  expect(kernel.halt()).toBe(0)
  expect(kernel.journal.recording).toBe(true)
  const { calls, stateHash, difference } = replay(kernel.journal.stop())
  expect({ calls, stateHash, difference }).toEqual({ calls: 2, stateHash: hash, difference: null })
  expect(kernel.journal.recording).toBe(false)
})

test('the same history gives the same journal, byte by byte', () => {
  expect(Buffer.from(journalOf(3, 80)).equals(Buffer.from(journalOf(3, 80)))).toBe(true)
})
