// Virtual time: it stands still until it is told to move, and timers fire at their tick, in the order in which they were armed.
import { beforeEach, describe, expect, test } from 'vitest'
import { boot, DEFAULT_PROFILE, HZ, type Kernel, type Timer } from '../../src/index.js'
import { ID, message, opened, thrownBy } from './support.js'

let kernel: Kernel
let fired: string[]
beforeEach(() => {
  kernel = boot()
  fired = []
})

const timer = (name: string, then: (timer: Timer) => void = () => {}) =>
  kernel.timer_setup((one) => {
    fired.push(`${name}@${kernel.jiffies}`)
    then(one)
  })

describe('jiffies', () => {
  test('are milliseconds, whole ones', () => {
    expect([HZ, kernel.jiffies, kernel.clock.now]).toEqual([1000, 0, 0])
    kernel.clock.advance(0.5)
    expect([kernel.jiffies, kernel.clock.now]).toEqual([0, 0.5])
    kernel.clock.advance(0.5)
    expect([kernel.jiffies, kernel.clock.now]).toEqual([1, 1])
    kernel.clock.advance(1e9)
    expect(kernel.jiffies).toBe(1_000_000_001)
    kernel.clock.advance(0)
    kernel.clock.runUntilIdle()
    expect(kernel.jiffies).toBe(1_000_000_001)
  })

  test('are exact for days, to the nanosecond', () => {
    kernel.clock.advance(86_400_000.000001)
    expect(kernel.clock.now).toBe(86_400_000.000001)
  })
})

describe('mod_timer() and del_timer()', () => {
  test('say whether the timer was pending', () => {
    const one = timer('a')
    expect([one.pending, kernel.del_timer(one)]).toEqual([false, 0])
    expect([kernel.mod_timer(one, 5), one.pending, one.expires]).toEqual([0, true, 5])
    expect([kernel.mod_timer(one, 7), one.expires]).toEqual([1, 7])
    expect([kernel.del_timer(one), one.pending, kernel.del_timer(one)]).toEqual([1, false, 0])
    kernel.clock.advance(10)
    expect(fired).toEqual([])
  })

  test('a timer fires once, and is idle inside its own function', () => {
    const one = timer('a', (self) => fired.push(`pending ${self.pending}`))
    kernel.mod_timer(one, 3)
    kernel.clock.advance(2.999)
    expect(fired).toEqual([])
    kernel.clock.advance(0.001)
    expect([fired, one.pending, one.expires]).toEqual([['a@3', 'pending false'], false, 3])
    kernel.clock.advance(100)
    expect(fired.length).toBe(2)
  })

  test('a fraction of a jiffy counts as a whole one', () => {
    kernel.mod_timer(timer('a'), 2.1)
    kernel.clock.advance(2.9)
    expect(fired).toEqual([])
    kernel.clock.advance(0.1)
    expect(fired).toEqual(['a@3'])
  })

  test('a timer of another kernel is a TypeError', () => {
    const foreign = boot().timer_setup(() => {})
    expect(() => kernel.mod_timer(foreign, 1)).toThrow(TypeError)
    expect(() => kernel.del_timer(foreign)).toThrow(TypeError)
  })
})

describe('order', () => {
  test('by tick, then by when they were armed', () => {
    const [a, b, c, d] = [timer('a'), timer('b'), timer('c'), timer('d')]
    kernel.mod_timer(a, 5)
    kernel.mod_timer(b, 3)
    kernel.mod_timer(c, 5)
    kernel.mod_timer(d, 5)
    kernel.mod_timer(a, 5)
    kernel.clock.advance(5)
    expect(fired).toEqual(['b@3', 'c@5', 'd@5', 'a@5'])
  })

  test('over far distances too', () => {
    const ticks = [1, 63, 64, 65, 4095, 4096, 262_144, 16_777_216, 2 ** 31, 2 ** 32 + 5]
    for (const tick of [...ticks].reverse()) kernel.mod_timer(timer('t'), tick)
    kernel.clock.advance(2 ** 33)
    expect(fired).toEqual(ticks.map((tick) => `t@${tick}`))
  })

  test('a timer that is due already fires in runUntilIdle()', () => {
    kernel.clock.advance(10)
    kernel.mod_timer(timer('past'), 3)
    kernel.mod_timer(timer('now'), 10)
    kernel.mod_timer(timer('later'), 11)
    expect(fired).toEqual([])
    kernel.clock.runUntilIdle()
    expect(fired).toEqual(['past@10', 'now@10'])
  })

  test('queued work comes first, and the work that a timer makes before the next timer', () => {
    kernel = boot({ profile: { ...DEFAULT_PROFILE, dispatch: 'workqueue' } })
    const socket = opened(kernel)
    kernel.cn_add_callback(ID, 'x', ({ data }) => fired.push(`work ${data[0]}`))
    kernel.mod_timer(
      timer('a', () => void socket.send(message(ID, 2))),
      0,
    )
    kernel.mod_timer(timer('b'), 0)
    socket.send(message(ID, 1))
    kernel.clock.runUntilIdle()
    expect(fired).toEqual(['work 1', 'a@0', 'work 2', 'b@0'])
  })
})

describe('inside a timer', () => {
  test('one that arms itself for now fires a tick later: time goes on', () => {
    kernel.mod_timer(
      timer('a', (self) => kernel.mod_timer(self, kernel.jiffies)),
      1,
    )
    kernel.clock.advance(4)
    expect(fired).toEqual(['a@1', 'a@2', 'a@3', 'a@4'])
    kernel.clock.runUntilIdle()
    expect(fired.length).toBe(4)
  })

  test('it may take others back and move them', () => {
    const [b, c] = [timer('b'), timer('c')]
    kernel.mod_timer(
      timer('a', () => [kernel.del_timer(b), kernel.mod_timer(c, 9)]),
      5,
    )
    kernel.mod_timer(b, 5)
    kernel.mod_timer(c, 5)
    kernel.clock.advance(9)
    expect(fired).toEqual(['a@5', 'c@9'])
  })

  test('time cannot be moved', () => {
    kernel.mod_timer(
      timer('a', () => kernel.clock.advance(1)),
      1,
    )
    expect(thrownBy(() => kernel.clock.advance(2))).toBeInstanceOf(Error)
    kernel.mod_timer(
      timer('b', () => kernel.clock.runUntilIdle()),
      3,
    )
    expect(thrownBy(() => kernel.clock.advance(2))).toBeInstanceOf(Error)
    expect([fired, kernel.jiffies]).toEqual([['a@1', 'b@3'], 4])
  })

  test('nor from a callback that the work queue runs, but from one inside send() it can', () => {
    kernel.cn_add_callback(ID, 'x', () => kernel.clock.advance(5))
    kernel.mod_timer(timer('a'), 3)
    opened(kernel).send(message())
    expect([fired, kernel.jiffies]).toEqual([['a@3'], 5])
  })
})
