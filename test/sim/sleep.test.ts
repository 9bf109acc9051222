// clock.sleep(): waiting for nothing but virtual time.
import { describe, expect, test } from 'vitest'
import { boot } from '../../src/index.js'

describe('without programs', () => {
  test('resolves when time has moved, and not before', async () => {
    const kernel = boot()
    const order: string[] = []
    const long = kernel.clock.sleep(20).then(() => order.push('20'))
    const short = kernel.clock.sleep(10.5).then(() => order.push('10.5'))
    kernel.clock.advance(10)
    await Promise.resolve()
    expect(order).toEqual([])
    kernel.clock.advance(1)
    await short
    kernel.clock.advance(9)
    await long
    expect(order).toEqual(['10.5', '20'])
    await kernel.clock.sleep(0)
  })

  test('an aborted one rejects, and its timer is gone', async () => {
    const kernel = boot()
    const controller = new AbortController()
    const sleeping = kernel.clock.sleep(10, { signal: controller.signal })
    expect(kernel.stats().timers).toBe(1)
    controller.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    expect(kernel.stats().timers).toBe(0)
    await expect(kernel.clock.sleep(10, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
  })

  test('going back rejects it; no timer left is ENOMEM', async () => {
    const kernel = boot({ limits: { timers: 1 } })
    const snapshot = kernel.snapshot()
    const sleeping = kernel.clock.sleep(10)
    await expect(kernel.clock.sleep(10)).rejects.toMatchObject({ code: 'ENOMEM' })
    kernel.rewind(snapshot)
    await expect(sleeping).rejects.toMatchObject({ code: 'ECANCELED' })
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%d ms is refused', (ms) => {
    expect(() => boot().clock.sleep(ms)).toThrow(RangeError)
  })
})

describe('in programs', () => {
  test('each sleeps its time; 0 gives up the turn', async () => {
    const kernel = boot()
    kernel.schedule.autoAdvance = true
    const order: string[] = []
    const program = (name: string, ms: number) =>
      kernel.run(kernel.spawn({ comm: name }), async () => {
        for (let round = 0; round < 3; round++) {
          await kernel.clock.sleep(ms)
          order.push(`${name} at ${kernel.clock.now}`)
        }
      })
    void program('a', 3)
    void program('b', 2)
    void program('now', 0)
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(order).toEqual(
      ['now at 0', 'now at 0', 'now at 0', 'b at 2', 'a at 3', 'b at 4', 'a at 6', 'b at 6', 'a at 9'].sort((x, y) => {
        const time = (text: string) => Number(text.split(' at ')[1])
        return time(x) - time(y)
      }),
    )
  })

  test('who sleeps while time stands still is stuck', async () => {
    const kernel = boot()
    void kernel.run(kernel.spawn({ comm: 'sleeper' }), () => kernel.clock.sleep(5)).catch(() => {})
    const { stuck } = await kernel.schedule.idle()
    expect(stuck).toEqual([expect.stringMatching(/^sleeper\[\d+\] waits for its turn, or for time to move$/)])
  })
})
