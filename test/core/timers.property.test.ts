// The timer wheel against a sorted list.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Kernel, Timer } from '../../src/api.js'
import { boot, withKernel } from '../support/kernels.js'

const COUNT = 8
/** Distances around the borders of the wheel's levels (64 slots each), and far beyond. */
const distance = fc.oneof(
  fc.constantFrom(
    0,
    1,
    2,
    62,
    63,
    64,
    65,
    127,
    128,
    4095,
    4096,
    4097,
    64 ** 3 - 1,
    64 ** 3,
    64 ** 3 + 1,
    64 ** 4 - 1,
    64 ** 4,
  ),
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 0, max: 64 ** 5 }),
  fc.integer({ min: 2 ** 30, max: 2 ** 36 }),
)
const fraction = fc.constantFrom(0, 0, 0, 0.25, 0.5)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('arm' as const), fc.nat(COUNT - 1), distance) },
  fc.tuple(fc.constant('delete' as const), fc.nat(COUNT - 1), fc.constant(0)),
  { weight: 2, arbitrary: fc.tuple(fc.constant('advance' as const), fraction, distance) },
  // The next time it fires, it arms itself for then + distance.
  fc.tuple(fc.constant('again' as const), fc.nat(COUNT - 1), distance),
)

interface Armed {
  readonly index: number
  readonly due: number
  readonly order: number
}

class SortedList {
  readonly fired: [index: number, jiffies: number][] = []
  readonly again = new Map<number, number>()
  now = 0
  #armed: Armed[] = []
  #order = 0

  arm(index: number, expires: number, earliest: number): number {
    const was = this.delete(index)
    this.#armed.push({ index, due: Math.max(expires, earliest), order: this.#order++ })
    return was
  }

  delete(index: number): number {
    const before = this.#armed.length
    this.#armed = this.#armed.filter((one) => one.index !== index)
    return before - this.#armed.length
  }

  advance(ms: number): void {
    const target = this.now + ms
    while (true) {
      const [first] = [...this.#armed].sort((a, b) => a.due - b.due || a.order - b.order)
      if (first === undefined || first.due > target) break
      this.now = Math.max(this.now, first.due)
      this.delete(first.index)
      this.#fire(first.index)
    }
    this.now = target
  }

  #fire(index: number): void {
    const jiffies = Math.floor(this.now)
    this.fired.push([index, jiffies])
    const again = this.again.get(index)
    this.again.delete(index)
    if (again !== undefined) this.arm(index, jiffies + again, jiffies + 1)
  }
}

class Wheel {
  readonly fired: [index: number, jiffies: number][] = []
  readonly again = new Map<number, number>()
  readonly timers: Timer[]

  constructor(kernel: Kernel) {
    this.timers = Array.from({ length: COUNT }, (_, index) =>
      kernel.timer_setup((timer) => {
        this.fired.push([index, kernel.jiffies])
        const again = this.again.get(index)
        this.again.delete(index)
        if (again !== undefined) kernel.mod_timer(timer, kernel.jiffies + again)
      }),
    )
  }
}

function runBoth(kernel: Kernel, steps: [string, number, number][]): void {
  const wheel = new Wheel(kernel)
  const list = new SortedList()
  for (const [kind, which, far] of steps) {
    const timer = wheel.timers[which]!
    const { jiffies } = kernel
    if (kind === 'arm') expect(kernel.mod_timer(timer, jiffies + far)).toBe(list.arm(which, jiffies + far, jiffies))
    else if (kind === 'delete') expect(kernel.del_timer(timer)).toBe(list.delete(which))
    else if (kind === 'advance') {
      kernel.clock.advance(far + which)
      list.advance(far + which)
    } else {
      wheel.again.set(which, far)
      list.again.set(which, far)
    }
    expect(kernel.clock.now).toBe(list.now)
  }
  expect(wheel.fired).toEqual(list.fired)
}

test('timers fire when, and in the order in which, a sorted list has them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => withKernel({}, (kernel) => runBoth(kernel, steps))),
    { numRuns: 200 },
  )
})

describe('the wheel by hand', () => {
  test('timers of the same tick fire in the order in which they were armed, from whatever level they come', () => {
    const kernel = boot()
    const fired: number[] = []
    const timers = Array.from({ length: 30 }, (_, index) => kernel.timer_setup(() => fired.push(index)))
    const tick = 64 ** 4 + 1000
    for (const index of [5, 3, 9]) kernel.mod_timer(timers[index]!, tick)
    kernel.clock.advance(tick - 5000)
    for (const index of [7, 1]) kernel.mod_timer(timers[index]!, tick)
    kernel.clock.advance(4990)
    for (const index of [2, 5]) kernel.mod_timer(timers[index]!, tick)
    kernel.clock.advance(10)
    expect(fired).toEqual([3, 9, 7, 1, 2, 5])
  })

  test('a timer for now or before fires at once, when time is asked to run', () => {
    const kernel = boot()
    const fired: string[] = []
    kernel.clock.advance(100)
    kernel.mod_timer(
      kernel.timer_setup(() => fired.push('past')),
      3,
    )
    kernel.mod_timer(
      kernel.timer_setup(() => fired.push('now')),
      100,
    )
    expect(fired).toEqual([])
    kernel.clock.runUntilIdle()
    expect(fired).toEqual(['past', 'now'])
    expect(kernel.jiffies).toBe(100)
  })

  test('one that arms itself for now does not hold time up: it fires at the next tick', () => {
    const kernel = boot()
    const fired: number[] = []
    const timer = kernel.timer_setup(() => {
      fired.push(kernel.jiffies)
      kernel.mod_timer(timer, kernel.jiffies)
    })
    kernel.mod_timer(timer, 0)
    kernel.clock.runUntilIdle()
    expect(fired).toEqual([0])
    kernel.clock.advance(3)
    expect(fired).toEqual([0, 1, 2, 3])
  })

  test('a timer deletes, moves and makes others of its own tick', () => {
    const kernel = boot()
    const fired: string[] = []
    const victim = kernel.timer_setup(() => fired.push('victim'))
    const moved = kernel.timer_setup(() => fired.push('moved'))
    const late = kernel.timer_setup(() => fired.push('late'))
    const first = kernel.timer_setup(() => {
      fired.push('first')
      expect(kernel.del_timer(victim)).toBe(1)
      expect(kernel.mod_timer(moved, 12)).toBe(1)
      expect(kernel.mod_timer(late, 10)).toBe(0)
    })
    for (const timer of [first, victim, moved]) kernel.mod_timer(timer, 10)
    kernel.clock.advance(10)
    expect(fired).toEqual(['first'])
    kernel.clock.advance(1)
    expect(fired).toEqual(['first', 'late'])
    kernel.clock.advance(1)
    expect(fired).toEqual(['first', 'late', 'moved'])
  })

  test('pending, expires: as they are told; what is further than the machine’s time can be armed and taken back', () => {
    const kernel = boot()
    const timer = kernel.timer_setup(() => {})
    expect([timer.pending, kernel.del_timer(timer)]).toEqual([false, 0])
    kernel.mod_timer(timer, Number.MAX_SAFE_INTEGER)
    expect([timer.pending, timer.expires]).toEqual([true, Number.MAX_SAFE_INTEGER])
    kernel.clock.advance(2 ** 40)
    expect([timer.pending, kernel.del_timer(timer), timer.pending]).toEqual([true, 1, false])
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 64])(
    'mod_timer(%d) is a RangeError',
    (expires) => {
      const kernel = boot()
      const timer = kernel.timer_setup(() => {})
      expect(() => kernel.mod_timer(timer, expires)).toThrow(RangeError)
      expect(timer.pending).toBe(false)
    },
  )
})
