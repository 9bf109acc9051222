// A scenario is run twice; the second run stops at the first call that is not the same.
import { describe, expect, test } from 'vitest'
import type { Kernel } from '../../src/api.js'
import { boot, type DivergenceError, selfCheck } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'

/** Something that is not the same the second time. */
function changing<T>(first: T, second: T): () => T {
  let runs = 0
  return () => (runs++ === 0 ? first : second)
}

async function divergenceOf(scenario: (kernel: Kernel) => void | Promise<void>): Promise<DivergenceError> {
  try {
    await selfCheck(scenario)
  } catch (error) {
    expect(error).toMatchObject({ name: 'DivergenceError' })
    return error as DivergenceError
  }
  throw new Error('both runs were the same')
}

function converse(kernel: Kernel, data: Uint8Array): void {
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  socket.bind({ nl_pid: 9 })
  socket.sendto(data, 0, { nl_pid: 9 })
  socket.recv(new Uint8Array(100))
}

describe('a scenario that does the same', () => {
  test('passes, and tells how many calls it made', async () => {
    const result = await selfCheck((kernel) => converse(kernel, new Uint8Array(20)), { seed: 3 })
    expect(result).toEqual({ calls: 5, stateHash: expect.stringMatching(/^[0-9a-f]{16}$/) })
  })

  test('also one that awaits, is called back, throws inside and halts', async () => {
    const id = { idx: 5, val: 5 }
    await selfCheck(async (kernel) => {
      kernel.cn_add_callback(id, 'thrower', (msg) => {
        msg.data.fill(kernel.random() & 0xff)
        kernel.printk('called')
        throw new Error('boom')
      })
      const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
      await Promise.resolve()
      expect(() => socket.send(uapi.encodeConnectorMessage({ id, data: new Uint8Array(9) }))).toThrow('boom')
      const snapshot = kernel.snapshot()
      kernel.printk('lost')
      kernel.rewind(snapshot)
      kernel.halt()
    })
  })

  test('also with programs that it does not await', async () => {
    const scenario = (kernel: Kernel) => {
      void kernel.run(kernel.spawn(), async () => {
        await Promise.resolve()
        kernel.printk('one')
        await kernel.clock.sleep(0)
        kernel.printk('two')
      })
    }
    const { calls } = await selfCheck(scenario)
    const kernel = boot({ journal: true })
    scenario(kernel)
    await kernel.schedule.idle()
    expect(kernel.dmesg().length).toBe(2)
    expect(calls).toBe(kernel.journal.calls)
  })

  test('but not one that a program fails in', async () => {
    const failing = (kernel: Kernel) => {
      void kernel.run(kernel.spawn(), async () => {
        await Promise.resolve()
        throw new Error('from a program')
      })
    }
    await expect(selfCheck(failing)).rejects.toThrow('from a program')
  })

  test('or nothing', async () => {
    expect((await selfCheck(() => {})).calls).toBe(0)
  })
})

describe('a scenario that does something else', () => {
  test('in a program', async () => {
    const text = changing('one', 'other')
    const error = await divergenceOf((kernel) => {
      void kernel.run(kernel.spawn(), async () => {
        await Promise.resolve()
        kernel.printk(text())
      })
    })
    expect(error.message).toContain('log_write')
  })

  test('with another argument', async () => {
    const uid = changing(1, 2)
    const { call, first, second } = await divergenceOf((kernel) => {
      kernel.random()
      kernel.spawn({ uid: uid() })
    })
    expect(call).toBe(1)
    expect(first).toContain('uid 1,')
    expect(second).toContain('uid 2,')
  })

  test('with other bytes', async () => {
    const byte = changing(1, 2)
    const { call, first, second } = await divergenceOf((kernel) => converse(kernel, new Uint8Array(20).fill(byte())))
    expect(call).toBe(3)
    expect(first).toMatch(/^sendmsg\(/)
    expect(second).toBe(`${first}, with other bytes`)
  })

  test('with another call, or the same calls in another order', async () => {
    const draws = changing(true, false)
    const { call, first, second } = await divergenceOf((kernel) => {
      if (draws()) kernel.random()
      else kernel.printk('x')
      kernel.random()
    })
    expect({ call, first, second }).toEqual({ call: 0, first: 'next_random()', second: 'log_write(length 1)' })
  })

  test('with less, or with more', async () => {
    for (const [counts, first, second] of [
      [[2, 1], 'next_random()', 'the end of the run'],
      [[1, 2], 'the end of the run', 'next_random()'],
    ] as const) {
      const count = changing(counts[0], counts[1])
      const found = await divergenceOf((kernel) => {
        for (let left = count(); left > 0; left--) kernel.random()
      })
      expect({ call: found.call, first: found.first, second: found.second }).toEqual({ call: 1, first, second })
    }
  })

  test('inside a callback, though the scenario catches everything', async () => {
    const text = changing('one', 'another')
    const id = { idx: 5, val: 5 }
    const { first } = await divergenceOf((kernel) => {
      kernel.cn_add_callback(id, 'driver', (msg) => {
        kernel.printk(text())
        msg.data.fill(1)
      })
      const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
      try {
        socket.send(uapi.encodeConnectorMessage({ id, data: new Uint8Array(9) }))
        kernel.random()
      } catch {
        // Nobody hears of it here.
      }
    })
    expect(first).toBe('log_write(length 3)')
  })

  test('with what it writes into a message', async () => {
    const byte = changing(1, 2)
    const id = { idx: 5, val: 5 }
    const { first } = await divergenceOf((kernel) => {
      kernel.cn_add_callback(id, 'driver', (msg) => void msg.data.fill(byte()))
      const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
      socket.send(uapi.encodeConnectorMessage({ id, data: new Uint8Array(9) }))
    })
    expect(first).toBe('a function that writes into its message')
  })
})

test("a scenario's own errors are its own", async () => {
  await expect(
    selfCheck(() => {
      throw new Error('its own')
    }),
  ).rejects.toThrow('its own')
})
