// The rivals do what they are compared for.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ObjectQueue } from '../../bench/rivals/queue-of-objects.mjs'
import { RECEIVE_BUFFER, truesizeOf } from '../../bench/rivals/truesize.mjs'
import { TypedArrayQueue } from '../../bench/rivals/typed-array-queue.mjs'
import { rivals } from '../../bench/sides/rivals.mjs'
import { boot } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'

test.each(Object.keys(rivals))('%s gives samples', async (file) => {
  const { measure } = await import(`../../bench/rivals/${file}.mjs`)
  const samples = await measure({ uapi }, { payload: 64, listeners: 3, iterations: 4, rounds: 2, warmup: 0 })
  for (const values of Object.values<number[]>(samples)) {
    expect(values).toHaveLength(2)
    expect(values.every((value) => value > 0)).toBe(true)
  }
})

describe('the two queues', () => {
  const queues = () => [new ObjectQueue(uapi), new TypedArrayQueue(uapi)] as const

  /** Two sockets that send to each other and one that is alone. */
  function open(queue: ObjectQueue | TypedArrayQueue) {
    const sockets = [10, 20, 30].map((port) => {
      const socket = queue.open()
      queue.bind(socket, port)
      return socket
    })
    queue.connect(sockets[0], 20)
    queue.connect(sockets[1], 10)
    queue.connect(sockets[2], 40)
    return sockets
  }

  const step = fc.record({
    who: fc.nat({ max: 2 }),
    sends: fc.boolean(),
    length: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 9000 })),
    times: fc.nat({ max: 60 }),
  })

  test('answer alike, whatever is sent and received', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const answers = queues().map((queue) => {
          const sockets = open(queue)
          return steps.flatMap(({ who, sends, length, times }, i) =>
            Array.from({ length: times }, () => {
              const bytes = new Uint8Array(length).fill(i)
              if (sends) return queue.send(sockets[who], bytes)
              return [queue.recv(sockets[who], bytes), queue.portOfLast, ...bytes.subarray(0, 3), bytes.at(-1)]
            }),
          )
        })
        expect(answers[1]).toEqual(answers[0])
      }),
      { numRuns: 60 },
    )
  })

  test('answer alike where messages go round and round a ring that is never empty', () => {
    for (const queue of queues()) {
      const [sender, receiver] = open(queue)
      const lengthOf = (i: number) => 3000 + ((i * 389) % 2000)
      const buffer = new Uint8Array(5000)
      for (let i = 0; i < 500; i++) {
        expect(queue.send(sender, new Uint8Array(lengthOf(i)).fill(i))).toBe(lengthOf(i))
        if (i < 20) continue
        expect(queue.recv(receiver, buffer)).toBe(lengthOf(i - 20))
        expect([buffer[0], buffer[lengthOf(i - 20) - 1]]).toEqual([(i - 20) & 255, (i - 20) & 255])
      }
    }
  })

  test.each([1, 100, 256, 257, 4096])('are full at the same message as a socket, of %i bytes', (length) => {
    const task = boot().spawn()
    const [from, to] = [0, 1].map(() => task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK))
    to!.bind({ nl_pid: 7 })
    from!.connect({ nl_pid: 7 })
    let fits = 0
    expect(() => {
      for (; ; fits++) from!.send(new Uint8Array(length))
    }).toThrow('EAGAIN')
    expect(fits).toBe(Math.floor(RECEIVE_BUFFER / truesizeOf(length)))
    for (const queue of queues()) {
      const [sender] = open(queue)
      for (let i = 0; i < fits; i++) expect(queue.send(sender, new Uint8Array(length))).toBe(length)
      expect(queue.send(sender, new Uint8Array(length))).toBe(-uapi.EAGAIN)
    }
  })
})
