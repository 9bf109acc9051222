// Virtual time: it moves by what it is told, in nanoseconds, and by nothing else.
import { describe, expect, test } from 'vitest'
import { AF_NETLINK, encodeConnectorMessage, LINUX_2_6_14, NETLINK_CONNECTOR, SOCK_DGRAM } from '../../src/index.js'
import { boot } from '../support/kernels.js'

const ID = { idx: 5, val: 1 }

describe('advance', () => {
  test('counts fractions, to the nanosecond', () => {
    const { clock } = boot()
    for (let i = 0; i < 10; i++) clock.advance(0.1)
    expect(clock.now).toBe(1)
    clock.advance(0.000001)
    expect(clock.now).toBe(1.000001)
    clock.advance(0.0000001)
    expect(clock.now).toBe(1.000001)
  })

  test('jiffies are whole milliseconds', () => {
    const kernel = boot()
    kernel.clock.advance(1.999)
    expect(kernel.jiffies).toBe(1)
    kernel.clock.advance(0.001)
    expect(kernel.jiffies).toBe(2)
  })

  test('a timer fires at its tick, not at the call’s end', () => {
    const kernel = boot()
    const seen: number[] = []
    kernel.mod_timer(
      kernel.timer_setup(() => seen.push(kernel.clock.now)),
      5,
    )
    kernel.clock.advance(4.5)
    kernel.clock.advance(4.5)
    expect(seen).toEqual([5])
    expect(kernel.clock.now).toBe(9)
  })

  test('takes more than 2^32 ms at once', () => {
    const kernel = boot()
    const seen: number[] = []
    kernel.mod_timer(
      kernel.timer_setup(() => seen.push(kernel.jiffies)),
      2 ** 33 + 7,
    )
    kernel.clock.advance(2 ** 34)
    expect(seen).toEqual([2 ** 33 + 7])
    expect(kernel.clock.now).toBe(2 ** 34)
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 2 ** 45])(
    'advance(%d) is a RangeError, and time stands still',
    (ms) => {
      const { clock } = boot()
      expect(() => clock.advance(ms)).toThrow(RangeError)
      expect(clock.now).toBe(0)
    },
  )

  test('what a timer throws surfaces once, when all that was due has run', () => {
    const kernel = boot()
    const seen: string[] = []
    const arm = (at: number, run: () => void) => kernel.mod_timer(kernel.timer_setup(run), at)
    arm(1, () => {
      throw new Error('first')
    })
    arm(2, () => seen.push('second'))
    expect(() => kernel.clock.advance(10)).toThrow('first')
    expect([kernel.clock.now, seen]).toEqual([10, ['second']])
    kernel.clock.advance(1)
  })
})

describe('time inside time', () => {
  test('a timer that moves the clock is refused, and time goes on', () => {
    const kernel = boot()
    const refused: unknown[] = []
    const timer = kernel.timer_setup(() => {
      for (const move of [() => kernel.clock.advance(1), () => kernel.clock.runUntilIdle()]) {
        try {
          move()
        } catch (error) {
          refused.push((error as Error).message)
        }
      }
    })
    kernel.mod_timer(timer, 5)
    kernel.clock.advance(10)
    expect(refused).toEqual(Array(2).fill('time moves already: a function that the clock has called cannot move it'))
    expect(kernel.clock.now).toBe(10)
  })

  test('queued work that moves the clock is refused too', () => {
    const kernel = boot({ profile: LINUX_2_6_14 })
    let refused = false
    kernel.cn_add_callback(ID, 'work', () => {
      expect(() => kernel.clock.advance(1)).toThrow('time moves already')
      refused = true
    })
    kernel
      .spawn()
      .socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
      .send(encodeConnectorMessage({ id: ID }))
    expect(refused).toBe(false)
    kernel.clock.runUntilIdle()
    expect(refused).toBe(true)
    expect(kernel.clock.now).toBe(0)
  })

  test('a callback inside send() may move it', () => {
    const kernel = boot()
    kernel.cn_add_callback(ID, 'now', () => kernel.clock.advance(3))
    kernel
      .spawn()
      .socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
      .send(encodeConnectorMessage({ id: ID }))
    expect(kernel.clock.now).toBe(3)
  })

  test('work that queues more work runs all of it before time moves on', () => {
    const kernel = boot({ profile: LINUX_2_6_14 })
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    const seen: number[] = []
    kernel.cn_add_callback(ID, 'chain', () => {
      seen.push(kernel.clock.now)
      if (seen.length < 5) socket.send(encodeConnectorMessage({ id: ID }))
    })
    const timer = kernel.timer_setup(() => socket.send(encodeConnectorMessage({ id: ID })))
    kernel.mod_timer(timer, 2)
    kernel.clock.advance(10)
    expect(seen).toEqual([2, 2, 2, 2, 2])
  })
})

test('loses no nanosecond, however late it is', () => {
  const kernel = boot()
  kernel.clock.advance(2 ** 43)
  kernel.clock.advance(0.25)
  expect(kernel.clock.now).toBe(2 ** 43 + 0.25)
  expect(kernel.jiffies).toBe(2 ** 43)
  kernel.clock.advance(0.5)
  expect([kernel.clock.now, kernel.jiffies]).toEqual([2 ** 43 + 0.75, 2 ** 43])
})
