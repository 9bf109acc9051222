// Turns: one program at a time, in the order that the policy decides, the same each time.
import { describe, expect, test } from 'vitest'
import { boot, type Kernel, type SchedulePolicy } from '../../src/index.js'
import { giveUpTurn, orderOf, runSteppers, socketAt } from './programs.js'

const AB = ['a', 'b']

describe('fifo', () => {
  test('who became ready first goes on first', async () => {
    const { notes, decisions } = await orderOf('fifo', ['a', 'b', 'c'], 2)
    expect(notes).toBe('a0 b0 c0 a1 b1 c1 a2 b2 c2')
    // The last program is alone at the end.
    expect(decisions).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('programs wake in the order of what wakes them, and first come first served at one socket', async () => {
    const kernel = boot()
    const notes: string[] = []
    const task = kernel.spawn()
    const one = socketAt(task, 1)
    const two = socketAt(task, 2)
    const reader = (comm: string, socket: typeof one) => {
      void kernel.run(kernel.spawn({ comm }), async () => {
        await socket.readable()
        notes.push(comm)
      })
    }
    reader('a', two)
    reader('b', one)
    reader('c', two)
    await kernel.schedule.idle()
    const from = task.socket(16, 2, 2)
    from.sendto(Uint8Array.of(1), 0, { nl_pid: 1 })
    from.sendto(Uint8Array.of(1), 0, { nl_pid: 2 })
    await kernel.schedule.idle()
    expect(notes).toEqual(['b', 'a', 'c'])
  })
})

describe('a program', () => {
  test('begins in a turn of its own, and its result is that of run()', async () => {
    const kernel = boot()
    let begun = false
    const task = kernel.spawn()
    const result = kernel.run(task, async (given) => {
      begun = true
      expect(given).toBe(task)
      return 7
    })
    await Promise.resolve()
    expect(begun).toBe(false)
    expect(await result).toBe(7)
  })

  test('goes on to its next wait before anybody else does, however many promises are between', async () => {
    const kernel = boot()
    const notes: string[] = []
    for (const comm of AB) {
      void kernel.run(kernel.spawn({ comm }), async () => {
        notes.push(`${comm} begins`)
        for (let n = 0; n < 100; n++) await null
        notes.push(`${comm} ends`)
      })
    }
    await kernel.schedule.idle()
    expect(notes).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  })

  test('gives up its turn at each wait, even if it need not wait', async () => {
    const kernel = boot()
    const notes: string[] = []
    const task = kernel.spawn()
    const from = socketAt(task, 1)
    const to = socketAt(task, 2)
    void kernel.run(task, async () => {
      from.sendto(Uint8Array.of(1), 0, { nl_pid: 2 })
      await to.readable()
      notes.push('reader')
    })
    void kernel.run(task, async () => {
      notes.push('other')
    })
    await kernel.schedule.idle()
    expect(notes).toEqual(['other', 'reader'])
  })

  test('tries in its own turn: what it waited for may be gone again', async () => {
    const kernel = boot()
    const task = kernel.spawn()
    const from = socketAt(task, 1)
    const to = socketAt(task, 2)
    const got: string[] = []
    for (const comm of AB) {
      void kernel.run(kernel.spawn({ comm }), async () => {
        const n = await kernel.waiting(() => to.recv(new Uint8Array(8)))
        got.push(`${comm} ${n}`)
      })
    }
    await kernel.schedule.idle()
    from.sendto(new Uint8Array(3), 0, { nl_pid: 2 })
    expect(await kernel.schedule.idle()).toEqual({
      stuck: [expect.stringMatching(/^b\[\d+\] waits for a message at port 2$/)],
    })
    from.sendto(new Uint8Array(4), 0, { nl_pid: 2 })
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(got).toEqual(['a 3', 'b 4'])
  })

  test('may run others, and await them', async () => {
    const kernel = boot()
    const task = kernel.spawn()
    const sum = kernel.run(task, async () => {
      const parts = [1, 2, 3].map((n) =>
        kernel.run(task.fork(), async () => {
          await giveUpTurn(kernel)
          return n
        }),
      )
      return (await Promise.all(parts)).reduce((a, b) => a + b)
    })
    expect(await sum).toBe(6)
  })
})

describe('seeds', () => {
  test('the same seed decides the same, and no other order is possible with its decisions', async () => {
    for (let seed = 0; seed < 100; seed++) {
      const first = await orderOf({ seed }, ['a', 'b', 'c'], 3)
      expect(await orderOf({ seed }, ['a', 'b', 'c'], 3)).toEqual(first)
      expect(await orderOf({ decisions: first.decisions }, ['a', 'b', 'c'], 3)).toEqual(first)
    }
  })

  test('the same seed leads to the same state', async () => {
    const play = async (seed: number) => {
      const kernel = boot({ seed })
      kernel.schedule.policy = { seed }
      exchange(kernel)
      await kernel.schedule.idle()
      const result = { hash: kernel.stateHash(), decisions: kernel.schedule.decisions }
      expect(kernel.halt()).toBe(0)
      return result
    }
    const hashes = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      const first = await play(seed)
      expect(await play(seed)).toEqual(first)
      hashes.add(first.hash)
    }
    expect(hashes.size).toBe(100)
  })

  test('reach every order of two programs with two waits each', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 400; seed++) orders.add((await orderOf({ seed }, AB, 2)).notes)
    // 3 steps each: 6! / (3! 3!)
    expect(orders.size).toBe(20)
  })

  test('as do all lists of decisions, and nothing else', async () => {
    const seeded = new Set<string>()
    for (let seed = 0; seed < 400; seed++) seeded.add((await orderOf({ seed }, AB, 2)).notes)
    const listed = new Set<string>()
    for (let bits = 0; bits < 32; bits++) {
      const decisions = Array.from({ length: 5 }, (_, at) => (bits >> at) & 1)
      listed.add((await orderOf({ decisions }, AB, 2)).notes)
    }
    expect(listed).toEqual(seeded)
  })
})

/** Tasks that send to each other and to themselves, wait for room, and draw numbers. */
function exchange(kernel: Kernel): void {
  const ports = [11, 12, 13]
  const tasks = ports.map((port) => kernel.spawn({ comm: `p${port}` }))
  const sockets = tasks.map((task, at) => socketAt(task, ports[at] as number))
  for (const [at, task] of tasks.entries()) {
    const socket = sockets[at] as (typeof sockets)[0]
    void kernel.run(task, async () => {
      for (let n = 0; n < 4; n++) {
        const to = ports[(at + 1 + (kernel.random() % 2)) % 3] as number
        await kernel.waiting(() => socket.sendto(Uint8Array.of(at, n), 0, { nl_pid: to }))
        if (n % 2 === 1 && (socket.poll(1) & 1) !== 0) socket.recv(new Uint8Array(8))
      }
    })
  }
}

describe('recorded decisions', () => {
  test('are taken as they are, then fifo', async () => {
    expect((await orderOf({ decisions: [1] }, AB, 1)).notes).toBe('b0 a0 b1 a1')
    expect((await orderOf({ decisions: [] }, AB, 1)).notes).toBe('a0 b0 a1 b1')
  })

  test('that are too high are the last that is ready, and are written as what they were', async () => {
    const { notes, decisions } = await orderOf({ decisions: [9, 9, 9] }, AB, 1)
    expect(notes).toBe('b0 b1 a0 a1')
    expect(decisions).toEqual([1, 1])
  })

  test('are copies', async () => {
    const kernel = boot()
    runSteppers(kernel, AB, 0)
    const before = kernel.schedule.decisions
    await kernel.schedule.idle()
    expect(before).toEqual([])
    expect(kernel.schedule.decisions).toEqual([0])
  })
})

describe('the policy', () => {
  test('can change, and begins anew', async () => {
    const kernel = boot()
    const { schedule } = kernel
    expect(schedule.policy).toBe('fifo')
    schedule.policy = { decisions: [1] }
    const first = runSteppers(kernel, AB, 0)
    await schedule.idle()
    schedule.policy = { decisions: [1] }
    const second = runSteppers(kernel, AB, 0)
    await schedule.idle()
    expect([first, second]).toEqual([
      ['b0', 'a0'],
      ['b0', 'a0'],
    ])
    expect(schedule.decisions).toEqual([1, 1])
  })

  test.each([
    [{ seed: -(2 ** 40) }, RangeError],
    [{ seed: 0.5 }, RangeError],
    [{ decisions: [1.5] }, RangeError],
    [{ decisions: 'no' }, TypeError],
    [{}, TypeError],
    ['random', TypeError],
    [null, TypeError],
  ])('%j is refused', (policy, error) => {
    const { schedule } = boot()
    expect(() => {
      schedule.policy = policy as SchedulePolicy
    }).toThrow(error)
    expect(schedule.policy).toBe('fifo')
  })
})

test('run() takes a task of a kernel and a function', () => {
  const kernel = boot()
  expect(() => kernel.run({} as never, async () => {})).toThrow(TypeError)
  expect(() => kernel.run(kernel.spawn(), 7 as never)).toThrow(TypeError)
})
