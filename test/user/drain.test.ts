// drain(): who is handed what, and what becomes of what a listener does and throws.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Kernel, MessageView, Socket } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import { expectReplays } from '../journal/support.js'
import { boot } from '../support/kernels.js'
import { pair } from '../support/pair.js'

const { AF_NETLINK, GFP_KERNEL, NETLINK_USERSOCK, SOCK_RAW, SOL_SOCKET } = uapi
const isDebug = process.env.KERNEL_BUILD === 'debug'
/** So many messages are taken off a queue at once. */
const AT_ONCE = 64

let kernel: Kernel
let from: Socket
let to: Socket
let heard: number[]

beforeEach(() => {
  kernel = boot()
  ;[from, to] = pair(kernel)
  heard = []
})

const send = (value: number, socket = from) => socket.send(Uint8Array.of(value, 0, 0, 0))
const sendUpTo = (last: number) => {
  for (let value = 1; value <= last; value++) send(value)
}
const hear = ({ bytes }: MessageView) => void heard.push(bytes[0] as number)
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
/** The first byte of each message that a loop of recv() gives. */
function rest(socket = to): number[] {
  const values: number[] = []
  const buffer = new Uint8Array(8)
  while (socket.poll(uapi.POLLIN) !== 0) {
    socket.recv(buffer)
    values.push(buffer[0] as number)
  }
  return values
}
/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('it was to throw')
}

describe('a drain', () => {
  test.each([-1, 2 ** 32, 1.5, Number.NaN])('of %d messages is a RangeError, and takes none', (most) => {
    sendUpTo(2)
    expect(() => to.drain(hear, most)).toThrow(RangeError)
    expect(rest()).toEqual([1, 2])
  })

  test.each([0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 200])(
    'hands over %i messages in order, and says how many',
    (count) => {
      sendUpTo(count)
      expect(to.drain(hear)).toBe(count)
      expect(heard).toEqual(upTo(count))
      expect(to.drain(hear)).toBe(0)
    },
  )

  test.each([1, 3, 4, 100, 4000, 40_000])('shows a message of %i bytes whole', (length) => {
    const data = Uint8Array.from({ length }, (_, at) => at * 7)
    to.setsockopt(SOL_SOCKET, uapi.SO_RCVBUFFORCE, 200_000)
    from.send(data)
    let shown = 0
    to.drain((message) => {
      expect([message.length, message.words.length]).toEqual([length, Math.ceil(length / 4)])
      expect(Buffer.from(message.bytes).equals(Buffer.from(data))).toBe(true)
      shown++
    })
    expect(shown).toBe(1)
  })

  test('takes at most as many as it is asked for', () => {
    sendUpTo(150)
    expect([0, 1, 2, 100].map((most) => to.drain(hear, most))).toEqual([0, 1, 2, 100])
    expect(heard).toEqual(upTo(103))
    expect(to.drain(hear, 100)).toBe(47)
  })

  test('goes on with what comes meanwhile', () => {
    send(1)
    expect(
      to.drain((message) => {
        hear(message)
        const value = message.bytes[0] as number
        if (value < 100) send(value + 1)
      }),
    ).toBe(100)
    expect(heard).toEqual(upTo(100))
  })

  test('has taken what it hands over: there is room, and poll() and recv() know only what is behind it', () => {
    sendUpTo(AT_ONCE)
    const seen: unknown[] = []
    to.drain(() => {
      if (seen.length === 0) seen.push(to.poll(uapi.POLLIN), send(99), rest())
    })
    expect(seen).toEqual([0, 4, [99]])
  })

  test('refuses what is no listener or no number, and a closed socket', () => {
    send(1)
    expect(() => to.drain(undefined as never)).toThrow(new TypeError('listener must be a function'))
    expect(() => to.drain(hear, 1.5)).toThrow('most')
    expect(() => to.drain(hear, '1' as never)).toThrow(TypeError)
    expect(to.drain(hear)).toBe(1)
    to.close()
    expect(() => to.drain(hear)).toThrow('EBADF')
    expect(() => to.drain(hear, 0)).toThrow('EBADF')
  })

  test('gives the memory of its messages back', () => {
    from.send(new Uint8Array(1))
    rest()
    const { used } = kernel.stats().memory
    for (let round = 0; round < 3; round++) {
      sendUpTo(100)
      to.drain(hear)
    }
    expect(kernel.stats().memory.used).toBeLessThanOrEqual(used + 4096)
  })
})

describe('errors', () => {
  test('a loss is thrown first, once', () => {
    send(1)
    kernel.faults.overrun(to)
    expect(() => to.drain(hear)).toThrow('ENOBUFS: no buffer space available, recv')
    expect(heard).toEqual([])
    expect(to.drain(hear)).toBe(1)
  })

  test('one that comes meanwhile is thrown behind what was taken before it', () => {
    sendUpTo(100)
    expect(() =>
      to.drain((message) => {
        hear(message)
        if (heard.length === 1) kernel.faults.overrun(to)
      }),
    ).toThrow('ENOBUFS')
    expect(heard).toEqual(upTo(AT_ONCE))
    expect(to.drain(hear)).toBe(100 - AT_ONCE)
  })

  test('a congested socket takes messages again when it was drained', () => {
    sendUpTo(3)
    kernel.faults.overrun(to)
    expect(() => to.drain(hear)).toThrow('ENOBUFS')
    expect(() => send(4)).toThrow('EAGAIN')
    expect(to.drain(hear, 2)).toBe(2)
    expect(() => send(4)).toThrow('EAGAIN')
    expect(to.drain(hear)).toBe(1)
    expect(send(4)).toBe(4)
  })

  test('what the listener throws ends it, when what was taken is handed over', () => {
    sendUpTo(100)
    const error = new Error('2 is too much')
    const failing = (message: MessageView) => {
      hear(message)
      if (message.bytes[0] === 2) throw error
    }
    expect(thrownBy(() => to.drain(failing))).toBe(error)
    expect(heard).toEqual(upTo(AT_ONCE))
    expect(rest()).toEqual(upTo(100).slice(AT_ONCE))
  })

  test('several are one', () => {
    sendUpTo(3)
    const error = thrownBy(() =>
      to.drain(({ bytes }) => {
        throw new Error(String(bytes[0]))
      }),
    ) as AggregateError
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.errors.map(({ message }) => message)).toEqual(['1', '2', '3'])
    expect(to.drain(hear)).toBe(0)
  })

  test("are the listener's alone: a call that it makes does not throw what it threw before", () => {
    sendUpTo(2)
    const error = new Error('first')
    expect(
      thrownBy(() =>
        to.drain(({ bytes }) => {
          if (bytes[0] === 1) throw error
          heard.push(send(7))
        }),
      ),
    ).toBe(error)
    expect(heard).toEqual([4])
  })

  test('of callbacks that a listener calls are thrown by that call', () => {
    const id = { idx: 5, val: 1 }
    kernel.cn_add_callback(id, 'five', () => {
      throw new Error('the callback')
    })
    const asking = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const request = uapi.encodeConnectorMessage({ id })
    sendUpTo(2)
    const thrown: unknown[] = []
    expect(to.drain(() => thrown.push((thrownBy(() => asking.send(request)) as Error).message))).toBe(2)
    expect(thrown).toEqual(['the callback', 'the callback'])
  })
})

describe('a listener may', () => {
  test('close the socket: it was handed the last message', () => {
    sendUpTo(100)
    expect(
      to.drain((message) => {
        hear(message)
        if (message.bytes[0] === 3) to.close()
      }),
    ).toBe(3)
    expect(heard).toEqual([1, 2, 3])
    expect(() => send(1)).toThrow('ECONNREFUSED')
  })

  test('end the task', () => {
    sendUpTo(3)
    expect(to.drain(() => kernel.tasks()[0]?.exit())).toBe(1)
  })

  test('receive: that is what comes behind what was taken', () => {
    sendUpTo(AT_ONCE + 2)
    to.drain((message) => {
      hear(message)
      if (heard.length === 1) heard.push(...rest())
    })
    expect(heard).toEqual([1, AT_ONCE + 1, AT_ONCE + 2, ...upTo(AT_ONCE).slice(1)])
  })

  test('drain the same socket, and another', () => {
    const other = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    other.bind({ nl_pid: 8 })
    for (const value of [201, 202, 203]) from.sendto(Uint8Array.of(value), 0, { nl_pid: 8 })
    sendUpTo(AT_ONCE + 2)
    to.drain((message) => {
      hear(message)
      if (heard.length === 2) heard.push(to.drain(hear), other.drain(hear))
    })
    expect(heard).toEqual([1, 2, AT_ONCE + 1, AT_ONCE + 2, 201, 202, 203, 2, 3, ...upTo(AT_ONCE).slice(2)])
  })

  test('not go deeper than 64', () => {
    const deeper = (): unknown => {
      send(1)
      return to.drain(deeper)
    }
    expect((thrownBy(deeper) as Error).message).toBe(
      'drains are nested deeper than 64: one of them calls itself without end',
    )
    expect(to.drain(hear)).toBe(1)
  })

  test('not halt the kernel, nor take snapshots or go back: something of it runs', () => {
    const before = kernel.snapshot()
    send(1)
    to.drain(() => {
      expect(() => kernel.halt()).toThrow()
      expect(() => kernel.snapshot()).toThrow()
      expect(() => kernel.rewind(before)).toThrow()
      heard.push(1)
    })
    expect(heard).toEqual([1])
    kernel.rewind(before)
    expect(to.drain(hear)).toBe(0)
  })

  test('send to sockets with a listener of their own, who run when the drain is over', () => {
    const other = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
    other.bind({ nl_pid: 8 })
    other.onMessage(({ bytes }) => void heard.push(bytes[0] as number))
    sendUpTo(2)
    to.drain((message) => {
      from.sendto(Uint8Array.of(100 + (message.bytes[0] as number)), 0, { nl_pid: 8 })
      hear(message)
    })
    expect(heard).toEqual([1, 2, 101, 102])
  })

  test('keep nothing of a message', () => {
    send(1)
    let kept: MessageView | undefined
    to.drain((message) => {
      kept = message
    })
    if (isDebug) expect(() => kept?.bytes).toThrow('a drained message is valid until the listener returns')
  })

  test('not write to it', () => {
    send(1)
    const drain = () =>
      to.drain(({ bytes }) => {
        bytes[0] = 9
      })
    if (isDebug) expect(drain).toThrow('a drained message was written to: others may have the same one')
    else expect(drain()).toBe(1)
  })
})

describe('members of a group', () => {
  const PROTOCOL = 20

  test.each([0, 1])('get what they have in their queues and in the log, with a log from member %i on', (groupLog) => {
    const one = boot({ groupLog })
    const ksock = one.netlink_kernel_create(PROTOCOL, { groups: 32 })
    const task = one.spawn()
    const member = task.socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
    const slow = task.socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
    for (const socket of [member, slow]) socket.bind({ nl_groups: 1 })
    const { nl_pid } = member.getsockname()
    const own = (value: number) => one.netlink_unicast(ksock as never, Uint8Array.of(value), nl_pid, true)
    const all = (value: number) => one.netlink_broadcast(ksock as never, Uint8Array.of(value), 0, 1, GFP_KERNEL)
    for (let value = 1; value <= 90; value++) (value % 7 === 0 ? own : all)(value)
    expect(member.drain(hear, 70)).toBe(70)
    all(91)
    expect(member.drain(hear)).toBe(21)
    expect(heard).toEqual(upTo(91))
    expect(slow.drain(() => {})).toBe(91 - 12)
  })
})

test('a dump goes on, to its end', () => {
  let parts = 5
  const ksock = kernel.netlink_kernel_create(20, {
    input: (skb) => {
      kernel.netlink_rcv_skb(skb, (_, nlh) =>
        kernel.netlink_dump_start(ksock as NonNullable<typeof ksock>, skb, nlh, {
          dump: (out, { portid, seq }) => {
            if (parts-- === 0) return 0
            while (out.nlmsg_put(portid, seq, 30, new Uint8Array(500), uapi.NLM_F_MULTI)) {}
            return out.len
          },
        }),
      )
    },
  })
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20)
  socket.connect({})
  const header = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP, nlmsg_seq: 3, nlmsg_pid: 0 }
  socket.send(uapi.encodeNlmsg(header, new Uint8Array(0)))
  const types: unknown[] = []
  const handed = socket.drain(({ bytes }) =>
    types.push(new DataView(bytes.buffer, bytes.byteOffset).getUint16(4, true)),
  )
  expect([handed, types]).toEqual([6, [30, 30, 30, 30, 30, uapi.NLMSG_DONE]])
})

test('who waits for room sends when there is some', async () => {
  for (let n = 0; n < 256; n++) send(1)
  const sent = kernel.waiting(() => send(2))
  expect(to.drain(hear)).toBe(256)
  await sent
  expect(to.drain(hear)).toBe(1)
})

test('a tap is told of the messages when they are taken off the queue', () => {
  sendUpTo(AT_ONCE + 1)
  const seen: string[] = []
  using _tap = kernel.tap(({ kind }) => seen.push(kind))
  to.drain(() => seen.push('listener'))
  const each = (text: string, count: number) => Array<string>(count).fill(text)
  expect(seen).toEqual([...each('receive', AT_ONCE), ...each('listener', AT_ONCE), 'receive', 'listener'])
})

test('what a tap throws ends it, when what was taken is handed over', () => {
  sendUpTo(AT_ONCE + 1)
  let told = 0
  const tap = kernel.tap(() => {
    if (told++ === 0) throw new Error('the tap')
  })
  expect(() => to.drain(hear)).toThrow('the tap')
  tap[Symbol.dispose]()
  expect(heard).toEqual(upTo(AT_ONCE))
  expect(rest()).toEqual([AT_ONCE + 1])
})

test('a tap leaves nothing in a journal', () => {
  const journals = [false, true].map((taps) => {
    const one = boot({ journal: true })
    const [a, b] = pair(one)
    for (let value = 1; value <= 3; value++) send(value, a)
    const tap = taps ? one.tap(() => {}) : undefined
    b.drain(hear)
    tap?.remove()
    return Buffer.from(expectReplays(one))
  })
  expect(journals[0]?.equals(journals[1] as Buffer)).toBe(true)
})

test('a journal has it, with drains within drains and what listeners do', () => {
  const one = boot({ journal: true })
  const [a, b] = pair(one)
  for (let value = 1; value <= 100; value++) send(value, a)
  b.drain((message) => {
    const value = message.bytes[0] as number
    if (value % 30 === 0) send(value + 100, a)
    if (value === 70) b.drain(hear)
  })
  expectReplays(one)
})
