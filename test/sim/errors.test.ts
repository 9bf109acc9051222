// What goes wrong: programs, queued work and timers that throw, waits that are called off, kernels that are halted.
import { describe, expect, test, vi } from 'vitest'
import {
  boot,
  encodeConnectorMessage,
  LINUX_2_6_14,
  NETLINK_CONNECTOR,
  SO_RCVTIMEO,
  SOL_SOCKET,
  type Socket,
} from '../../src/index.js'
import { giveUpTurn, socketAt } from './programs.js'

const ID = { idx: 20, val: 1 }

describe('a program that throws', () => {
  test('rejects its promise, and others go on', async () => {
    const kernel = boot()
    const fails = kernel.run(kernel.spawn(), async () => {
      await giveUpTurn(kernel)
      throw new Error('no')
    })
    const other = kernel.run(kernel.spawn(), () => giveUpTurn(kernel))
    await expect(fails).rejects.toThrow('no')
    await expect(other).resolves.toBeUndefined()
  })

  test('even if it is no async function', async () => {
    const kernel = boot()
    const fails = kernel.run(kernel.spawn(), () => {
      throw new Error('at once')
    })
    await expect(fails).rejects.toThrow('at once')
  })

  test('is told by idle(), when all have come to rest', async () => {
    const kernel = boot()
    let steps = 0
    void kernel.run(kernel.spawn(), async () => {
      throw new Error('no')
    })
    void kernel.run(kernel.spawn(), async () => {
      for (; steps < 5; steps++) await giveUpTurn(kernel)
    })
    await expect(kernel.schedule.idle()).rejects.toThrow('no')
    expect(steps).toBe(5)
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
  })

  test('together with others, as an AggregateError', async () => {
    const kernel = boot()
    for (const what of ['one', 'two']) {
      void kernel.run(kernel.spawn(), async () => {
        throw new Error(what)
      })
    }
    const error = await kernel.schedule.idle().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.errors.map(String)).toEqual(['Error: one', 'Error: two'])
  })
})

describe('a callback that throws', () => {
  test('from the work queue: idle() tells', async () => {
    const kernel = boot({ profile: LINUX_2_6_14 })
    kernel.cn_add_callback(ID, 'callback', () => {
      throw new Error('callback')
    })
    void kernel.run(kernel.spawn(), async (task) => {
      task.socket(16, 2, NETLINK_CONNECTOR).send(encodeConnectorMessage({ id: ID }))
    })
    await expect(kernel.schedule.idle()).rejects.toThrow('callback')
  })

  test('from a timer that autoAdvance came to: the same, and time goes on', async () => {
    const kernel = boot()
    kernel.schedule.autoAdvance = true
    const fail = () => {
      throw new Error(`at ${kernel.jiffies}`)
    }
    for (const at of [5, 9]) kernel.mod_timer(kernel.timer_setup(fail), at)
    void kernel.run(kernel.spawn(), (task) => socketAt(task, 2).readable())
    const error = await kernel.schedule.idle().catch((thrown) => thrown)
    expect(error.errors.map(String)).toEqual(['Error: at 5', 'Error: at 9'])
  })
})

test('what a callback throws while nobody awaits idle() is the host’s, and the schedule goes on', async () => {
  const kernel = boot({ profile: LINUX_2_6_14 })
  const thrown: unknown[] = []
  const spy = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((fn) => {
    try {
      fn()
    } catch (error) {
      thrown.push(error)
    }
  })
  kernel.cn_add_callback(ID, 'callback', () => {
    throw new Error('callback')
  })
  await kernel.run(kernel.spawn(), async (task) => {
    task.socket(16, 2, NETLINK_CONNECTOR).send(encodeConnectorMessage({ id: ID }))
    for (let n = 0; n < 3; n++) await giveUpTurn(kernel)
  })
  spy.mockRestore()
  expect(thrown).toEqual([new Error('callback')])
})

describe('waits that are called off', () => {
  test('by a rewind are all rejected, in their order; no line and no timer is left of them', async () => {
    const kernel = boot()
    const task = kernel.spawn()
    const [one, two] = [socketAt(task, 1), socketAt(task, 2)]
    two.setsockopt(SOL_SOCKET, SO_RCVTIMEO, new Uint8Array([1, ...new Array(15).fill(0)]))
    const ended: string[] = []
    const receive = (socket: Socket) => kernel.waiting(() => socket.recv(new Uint8Array(8)))
    const watch = (name: string, wait: Promise<unknown>) => wait.catch((error) => ended.push(`${name} ${error.code}`))
    const waits = [watch('a', receive(two)), watch('b', receive(one)), watch('c', receive(two))]
    const snapshot = kernel.snapshot()
    kernel.rewind(snapshot)
    await Promise.all(waits)
    expect(ended).toEqual(['a ECANCELED', 'b ECANCELED', 'c ECANCELED'])
    // Timers of theirs came back with the snapshot: they end nothing.
    kernel.clock.advance(5000)
    two.sendto(Uint8Array.of(1), 0, { nl_pid: 1 })
    await expect(one.readable()).resolves.toBeUndefined()
    expect(ended).toHaveLength(3)
  })

  test('a rewind in one program rejects those that were about to go on, and those that were about to wait', async () => {
    const kernel = boot()
    const task = kernel.spawn()
    const [from, to] = [socketAt(task, 1), socketAt(task, 2)]
    const snapshot = kernel.snapshot()
    const ended: string[] = []
    const end = (name: string, wait: Promise<unknown>) =>
      wait.then(
        () => ended.push(name),
        (error) => ended.push(`${name} ${error.code}`),
      )
    void kernel.run(task, () => end('reader', to.readable()))
    void kernel.run(task, async () => {
      await giveUpTurn(kernel)
      from.sendto(Uint8Array.of(1), 0, { nl_pid: 2 })
      void end('writer', giveUpTurn(kernel))
      kernel.rewind(snapshot)
    })
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(ended.sort()).toEqual(['reader ECANCELED', 'writer ECANCELED'])
    expect(kernel.stateHash()).toBe(snapshot.stateHash)
  })

  test('a rewind rejects programs that wait, and they can wait again', async () => {
    const kernel = boot()
    const task = kernel.spawn()
    const socket = socketAt(task, 2)
    const snapshot = kernel.snapshot()
    const waits = kernel.run(task, () => socket.readable())
    const caught = waits.catch((error) => error.code)
    await Promise.resolve()
    await kernel.schedule.idle()
    kernel.rewind(snapshot)
    expect(await caught).toBe('ECANCELED')
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    // The kernel goes on.
    const again = kernel.run(task, () => socket.readable())
    task.socket(16, 2, 2).sendto(Uint8Array.of(1), 0, { nl_pid: 2 })
    await expect(again).resolves.toBeUndefined()
  })
})

describe('a kernel that is halted', () => {
  test('is at rest', async () => {
    const kernel = boot()
    kernel.halt()
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
  })

  test('has idle() resolve, and runs nothing more', async () => {
    const kernel = boot()
    let begun = false
    void kernel.run(kernel.spawn(), async () => {
      begun = true
    })
    const idle = kernel.schedule.idle()
    expect(kernel.halt()).toBe(0)
    expect(await idle).toEqual({ stuck: [] })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(begun).toBe(false)
  })

  test('refuses new waits', async () => {
    const kernel = boot()
    await kernel.run(kernel.spawn(), () => giveUpTurn(kernel))
    kernel.halt()
    await expect(kernel.waiting(() => kernel.random())).rejects.toThrow('this kernel was halted')
  })
})
