// Virtual time that follows real time, on a host whose clock is in the test's hand.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { boot, type FollowOptions, type Kernel } from '../../src/index.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function following(options?: FollowOptions): { kernel: Kernel; follower: ReturnType<Kernel['clock']['follow']> } {
  const kernel = boot()
  return { kernel, follower: kernel.clock.follow(options) }
}

test('now_ns is exact', () => {
  const { clock } = boot()
  expect(clock.now_ns).toBe(0n)
  clock.advance(0.000001)
  expect(clock.now_ns).toBe(1n)
  clock.advance(2 ** 40)
  expect(clock.now_ns).toBe(2n ** 40n * 1_000_000n + 1n)
})

describe('follow()', () => {
  test('moves time by what has gone by, every 10 ms', () => {
    const { kernel } = following()
    vi.advanceTimersByTime(9)
    expect(kernel.clock.now).toBe(0)
    vi.advanceTimersByTime(1)
    expect(kernel.clock.now).toBe(10)
    vi.advanceTimersByTime(1005)
    expect(kernel.clock.now).toBe(1010)
  })

  test('runs what is due', () => {
    const { kernel } = following()
    const fired: number[] = []
    kernel.mod_timer(
      kernel.timer_setup(() => fired.push(kernel.jiffies)),
      13,
    )
    vi.advanceTimersByTime(20)
    expect(fired).toEqual([13])
  })

  test('at another speed, with another interval', () => {
    const { kernel } = following({ speed: 0.25, interval: 100 })
    vi.advanceTimersByTime(99)
    expect(kernel.clock.now).toBe(0)
    vi.advanceTimersByTime(101)
    expect(kernel.clock.now).toBe(50)
  })

  test('with steps of a limited length: a host that slept is not made up for', () => {
    const { kernel } = following({ longest: 15 })
    vi.spyOn(performance, 'now').mockReturnValueOnce(performance.now() + 3_600_000)
    vi.advanceTimersByTime(10)
    expect(kernel.clock.now).toBe(15)
  })

  test('never goes back, and stands still at the end of time', () => {
    const { kernel, follower } = following({ speed: 1e15 })
    vi.advanceTimersByTime(30)
    expect(kernel.clock.now).toBe(2 ** 44)
    follower.stop()
    const other = following()
    vi.spyOn(performance, 'now').mockReturnValueOnce(-1000)
    vi.advanceTimersByTime(10)
    expect(other.kernel.clock.now).toBe(0)
  })

  test('until it is stopped', () => {
    const { kernel, follower } = following()
    vi.advanceTimersByTime(20)
    expect(follower.running).toBe(true)
    follower.stop()
    follower.stop()
    expect(follower.running).toBe(false)
    vi.advanceTimersByTime(100)
    expect(kernel.clock.now).toBe(20)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('or disposed of, or the kernel is halted', () => {
    const one = following()
    one.follower[Symbol.dispose]()
    const two = following()
    two.kernel.halt()
    expect([one.follower.running, two.follower.running, vi.getTimerCount()]).toEqual([false, false, 0])
  })

  test('once at a time', () => {
    const { kernel, follower } = following()
    expect(() => kernel.clock.follow()).toThrow('follows real time already')
    follower.stop()
    kernel.clock.follow()
    vi.advanceTimersByTime(10)
    expect(kernel.clock.now).toBe(10)
  })

  test('not inside of a callback: that time is made up for', () => {
    const { kernel } = following()
    const timer = kernel.timer_setup(() => {
      vi.advanceTimersByTime(10)
      expect(kernel.clock.now).toBe(5)
    })
    kernel.mod_timer(timer, 5)
    kernel.clock.advance(5)
    expect(kernel.clock.now).toBe(5)
    vi.advanceTimersByTime(10)
    expect(kernel.clock.now).toBe(25)
  })

  test('tells what callbacks throw, and goes on', () => {
    const errors: string[] = []
    const { kernel } = following({ onError: (error) => errors.push(String(error)) })
    const fail = () => {
      throw new Error(`at ${kernel.jiffies}`)
    }
    for (const at of [5, 25]) kernel.mod_timer(kernel.timer_setup(fail), at)
    vi.advanceTimersByTime(30)
    expect(errors).toEqual(['Error: at 5', 'Error: at 25'])
    expect(kernel.clock.now).toBe(30)
  })

  test('or lets the host have it, and goes on', () => {
    const { kernel } = following()
    const fail = () => {
      throw new Error('no')
    }
    kernel.mod_timer(kernel.timer_setup(fail), 5)
    expect(() => vi.advanceTimersByTime(10)).toThrow('no')
    vi.advanceTimersByTime(10)
    expect(kernel.clock.now).toBe(20)
  })

  test('a callback may stop it', () => {
    const { kernel, follower } = following()
    kernel.mod_timer(
      kernel.timer_setup(() => follower.stop()),
      5,
    )
    vi.advanceTimersByTime(50)
    expect(kernel.clock.now).toBe(10)
  })

  test.each([
    [{ speed: 0 }, RangeError],
    [{ speed: Number.POSITIVE_INFINITY }, RangeError],
    [{ speed: '1' }, TypeError],
    [{ interval: -1 }, RangeError],
    [{ interval: 2 ** 31 }, RangeError],
    [{ longest: Number.NaN }, RangeError],
    [{ onError: 7 }, TypeError],
    [null, TypeError],
  ])('refuses %j', (options, error) => {
    const { clock } = boot()
    expect(() => clock.follow(options as never)).toThrow(error)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a halted kernel has nothing to follow', () => {
    const kernel = boot()
    kernel.halt()
    expect(() => kernel.clock.follow()).toThrow('halted')
  })

  test('programs wait on a clock that follows', async () => {
    const { kernel, follower } = following()
    const ended: number[] = []
    void kernel.run(kernel.spawn(), async (task) => {
      const socket = task.socket(16, 2, 2)
      socket.setsockopt(1, 20, new Uint8Array([1, ...new Array(15).fill(0)]))
      await socket.readable().catch(() => ended.push(kernel.clock.now))
    })
    await kernel.schedule.idle()
    vi.advanceTimersByTime(1500)
    await kernel.schedule.idle()
    expect(ended).toEqual([1500])
    follower.stop()
  })
})
