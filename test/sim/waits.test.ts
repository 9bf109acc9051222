// What programs wait for: sockets, timeouts, signals, clients; the work queue beside them; and who waits for ever.
import { describe, expect, test } from 'vitest'
import { connect, serve, TimeoutError } from '../../src/connector/index.js'
import {
  boot,
  encodeConnectorMessage,
  type Kernel,
  LINUX_2_6_14,
  NETLINK_CONNECTOR,
  type SchedulePolicy,
  SO_RCVTIMEO,
  SOL_SOCKET,
} from '../../src/index.js'
import { giveUpTurn, socketAt } from './programs.js'

const ID = { idx: 20, val: 1 }

/** A struct timeval. */
function timeval(ms: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(16))
  bytes.setBigInt64(0, BigInt(Math.floor(ms / 1000)), true)
  bytes.setBigInt64(8, BigInt((ms % 1000) * 1000), true)
  return new Uint8Array(bytes.buffer)
}

describe('loops', () => {
  test('for await reads what others send, and ends when the socket is closed', async () => {
    const kernel = boot()
    const got: number[] = []
    const to = socketAt(kernel.spawn(), 2)
    const reader = kernel.run(kernel.spawn(), async () => {
      for await (const { data } of to) got.push(data[0] as number)
      return 'ended'
    })
    void kernel.run(kernel.spawn(), async (task) => {
      const from = socketAt(task, 1)
      for (let n = 0; n < 5; n++) {
        from.sendto(Uint8Array.of(n), 0, { nl_pid: 2 })
        await giveUpTurn(kernel)
      }
      to.close()
    })
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(await reader).toBe('ended')
    expect(got).toEqual([0, 1, 2, 3, 4])
  })

  test('a sender waits for room, and goes on when there is', async () => {
    const kernel = boot()
    const to = socketAt(kernel.spawn(), 2)
    void kernel.run(kernel.spawn({ comm: 'sender' }), async (task) => {
      const from = socketAt(task, 1)
      for (let n = 0; n < 300; n++) await kernel.waiting(() => from.sendto(Uint8Array.of(1), 0, { nl_pid: 2 }))
    })
    expect(await kernel.schedule.idle()).toEqual({
      stuck: [expect.stringMatching(/^sender\[\d+\] waits for room at port 2$/)],
    })
    let received = 0
    void kernel.run(kernel.spawn(), async () => {
      for await (const _ of to) if (++received === 300) break
    })
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(received).toBe(300)
  })
})

describe('timeouts', () => {
  async function wait(autoAdvance: boolean) {
    const kernel = boot()
    kernel.schedule.autoAdvance = autoAdvance
    const ended: [string, number][] = []
    for (const [comm, ms] of [
      ['late', 2000],
      ['early', 40],
    ] as const) {
      void kernel.run(kernel.spawn({ comm }), async (task) => {
        const socket = socketAt(task, ms)
        socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval(ms))
        await socket.readable().catch((error) => ended.push([`${comm} ${error.code}`, kernel.clock.now]))
      })
    }
    return { kernel, ended, idle: await kernel.schedule.idle() }
  }

  test('come by themselves with autoAdvance, each at its time', async () => {
    const { ended, idle } = await wait(true)
    expect(idle).toEqual({ stuck: [] })
    expect(ended).toEqual([
      ['early EAGAIN', 40],
      ['late EAGAIN', 2000],
    ])
  })

  test('and without it when the clock is told', async () => {
    const { kernel, ended, idle } = await wait(false)
    expect(idle.stuck).toHaveLength(2)
    expect(kernel.clock.now).toBe(0)
    kernel.clock.advance(39)
    await kernel.schedule.idle()
    expect(ended).toEqual([])
    kernel.clock.advance(5000)
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(ended.map(([what]) => what)).toEqual(['early EAGAIN', 'late EAGAIN'])
  })

  test('what has come meanwhile counts', async () => {
    const kernel = boot()
    const task = kernel.spawn()
    const from = socketAt(task, 1)
    const socket = socketAt(task, 2)
    socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval(40))
    const waits = kernel.run(task, () => socket.readable())
    await kernel.schedule.idle()
    kernel.clock.advance(40)
    from.sendto(Uint8Array.of(1), 0, { nl_pid: 2 })
    await expect(waits).resolves.toBeUndefined()
  })

  test('time goes on in fractions of a tick', async () => {
    const kernel = boot()
    kernel.schedule.autoAdvance = true
    kernel.clock.advance(0.25)
    await kernel.run(kernel.spawn(), async (task) => {
      const socket = socketAt(task, 2)
      socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeval(4))
      await socket.readable().catch(() => {})
    })
    expect(kernel.clock.now).toBe(5)
  })

  test('a timer that always arms itself does not keep idle() from ending', async () => {
    const kernel = boot()
    kernel.schedule.autoAdvance = true
    const timer = kernel.timer_setup((self) => kernel.mod_timer(self, kernel.jiffies + 1))
    kernel.mod_timer(timer, 1)
    void kernel.run(kernel.spawn({ comm: 'reader' }), (task) => socketAt(task, 2).readable())
    expect((await kernel.schedule.idle()).stuck).toHaveLength(1)
    expect(kernel.jiffies).toBeGreaterThanOrEqual(10_000)
  })

  test('time does not move for timers that nobody waits for', async () => {
    const kernel = boot()
    kernel.schedule.autoAdvance = true
    kernel.mod_timer(
      kernel.timer_setup(() => {}),
      100,
    )
    await kernel.run(kernel.spawn(), () => giveUpTurn(kernel))
    await kernel.schedule.idle()
    expect(kernel.clock.now).toBe(0)
  })
})

describe('signals', () => {
  test('end a wait in a turn of its own', async () => {
    const kernel = boot()
    const notes: string[] = []
    const controller = new AbortController()
    void kernel.run(kernel.spawn(), async (task) => {
      await socketAt(task, 2)
        .readable({ signal: controller.signal })
        .catch((reason) => notes.push(String(reason)))
    })
    void kernel.run(kernel.spawn(), async () => {
      await giveUpTurn(kernel)
      controller.abort('reason')
      for (let n = 0; n < 10; n++) await null
      notes.push('aborted')
    })
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(notes).toEqual(['aborted', 'reason'])
  })

  test('that are aborted before leave the call alone', async () => {
    const kernel = boot()
    let called = false
    const call = () => {
      called = true
      return 0
    }
    const waits = kernel.run(kernel.spawn(), () => kernel.waiting(call, { signal: AbortSignal.abort('before') }))
    await expect(waits).rejects.toBe('before')
    expect(called).toBe(false)
  })
})

describe('the clients of the comfortable layer', () => {
  test('ask, are answered, and time out', async () => {
    const kernel = boot({ profile: LINUX_2_6_14 })
    kernel.schedule.autoAdvance = true
    const service = serve(kernel, ID, ({ data }) => data.map((byte) => byte + 1))
    const answers: unknown[] = []
    void kernel.run(kernel.spawn(), async (task) => {
      using client = connect(kernel, task)
      answers.push((await client.request(ID, Uint8Array.of(1))).data[0])
      await client
        .request({ ...ID, val: 2 }, Uint8Array.of(1), { timeout: 70 })
        .catch((error) => answers.push(error instanceof TimeoutError, kernel.clock.now))
    })
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    expect(answers).toEqual([2, true, 70])
    service.close()
  })

  test('who waits for a message of a client is named by its port', async () => {
    const kernel = boot()
    void kernel.run(kernel.spawn({ comm: 'listener', pid: 77 }), async (task) => {
      for await (const _ of connect(kernel, task, { groups: [5] })) break
    })
    expect(await kernel.schedule.idle()).toEqual({ stuck: ['listener[77] waits for a message at port 77'] })
  })
})

describe('the work queue', () => {
  /** Two messages for callbacks, and a program that gives up its turn twice. */
  async function order(policy: SchedulePolicy) {
    const kernel = boot({ profile: LINUX_2_6_14 })
    const notes: string[] = []
    kernel.cn_add_callback(ID, 'callback', ({ seq }) => notes.push(`w${seq}`))
    kernel.schedule.policy = policy
    void kernel.run(kernel.spawn(), async (task) => {
      const socket = task.socket(16, 2, NETLINK_CONNECTOR)
      for (const seq of [1, 2]) socket.send(encodeConnectorMessage({ id: ID, seq }))
      for (const step of [1, 2]) {
        await giveUpTurn(kernel)
        notes.push(`p${step}`)
      }
    })
    expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
    const { decisions } = kernel.schedule
    expect(kernel.halt()).toBe(0)
    return { notes: notes.join(' '), decisions }
  }

  test('is one of those that are ready, behind what became so in the same turn', async () => {
    expect(await order('fifo')).toEqual({ notes: 'p1 w1 p2 w2', decisions: [0, 0, 0] })
    expect((await order({ decisions: [1, 1] })).notes).toBe('w1 w2 p1 p2')
    expect((await order({ decisions: [0, 1] })).notes).toBe('p1 p2 w1 w2')
  })

  test('runs at any time between the steps of programs', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 100; seed++) orders.add((await order({ seed })).notes)
    expect([...orders].sort()).toEqual([
      'p1 p2 w1 w2',
      'p1 w1 p2 w2',
      'p1 w1 w2 p2',
      'w1 p1 p2 w2',
      'w1 p1 w2 p2',
      'w1 w2 p1 p2',
    ])
  })

  test('that the clock has emptied is no choice any more', async () => {
    const kernel = boot({ profile: LINUX_2_6_14 })
    let ran = 0
    kernel.cn_add_callback(ID, 'callback', () => {
      ran++
    })
    void kernel.run(kernel.spawn(), async (task) => {
      task.socket(16, 2, NETLINK_CONNECTOR).send(encodeConnectorMessage({ id: ID }))
      await giveUpTurn(kernel)
      kernel.clock.runUntilIdle()
      await giveUpTurn(kernel)
    })
    await kernel.schedule.idle()
    expect(ran).toBe(1)
    expect(kernel.schedule.decisions).toEqual([0])
  })
})

describe('who is stuck', () => {
  const stuckOf = async (program: (kernel: Kernel) => Promise<unknown>) => {
    const kernel = boot()
    void kernel.run(kernel.spawn({ comm: 'it', pid: 9 }), () => program(kernel))
    return (await kernel.schedule.idle()).stuck
  }

  test('something outside', async () => {
    expect(await stuckOf(() => new Promise(() => {}))).toEqual(['it[9] waits for something outside the kernel'])
  })

  test('two sockets', async () => {
    const both = (kernel: Kernel) => {
      const task = kernel.spawn()
      return Promise.race([socketAt(task, 5).readable(), socketAt(task, 6).readable()])
    }
    expect(await stuckOf(both)).toEqual(['it[9] waits for a message at port 5 and a message at port 6'])
  })

  test('a socket without a port', async () => {
    const unbound = (kernel: Kernel) => kernel.spawn().socket(16, 2, 2).readable()
    expect(await stuckOf(unbound)).toEqual([
      expect.stringMatching(/^it\[9\] waits for a message at the unbound socket \d+$/),
    ])
  })

  test('nobody, when nothing was run', async () => {
    expect(await boot().schedule.idle()).toEqual({ stuck: [] })
  })
})

test('for await gives up the turn for each datagram, even if all are there', async () => {
  const kernel = boot()
  const notes: string[] = []
  const task = kernel.spawn()
  const [from, to] = [socketAt(task, 1), socketAt(task, 2)]
  for (const n of [1, 2]) from.sendto(Uint8Array.of(n), 0, { nl_pid: 2 })
  void kernel.run(task, async () => {
    for await (const { data } of to) {
      notes.push(`read ${data[0]}`)
      if (data[0] === 2) break
    }
  })
  void kernel.run(task, async () => {
    notes.push('other')
    await giveUpTurn(kernel)
    notes.push('other again')
  })
  expect(await kernel.schedule.idle()).toEqual({ stuck: [] })
  expect(notes).toEqual(['other', 'read 1', 'other again', 'read 2'])
})
