// Rewinding what the host keeps beside the machine.
import { describe, expect, test } from 'vitest'
import type { Kernel } from '../../src/api.js'
import { boot, createGenetlink } from '../../src/index.js'
import { CN_IDX_PROC, encodeConnectorMessage, encodeNlmsg } from '../../src/uapi/index.js'
import { bound, onConnector, received } from '../faults/scene.js'

function listen(kernel: ReturnType<typeof boot>) {
  const socket = onConnector(kernel, 50, CN_IDX_PROC)
  socket.send(encodeConnectorMessage({ id: { idx: 1, val: 1 }, data: Uint8Array.of(1, 0, 0, 0) }))
  return socket
}

/** Records process events of a machine: a stream as loadProcEvents() reads it. */
function stream(): Uint8Array {
  const kernel = boot()
  const socket = listen(kernel)
  received(socket)
  const task = kernel.spawn()
  const parts: Uint8Array[] = []
  for (let n = 0; n < 4; n++) {
    task.fork()
    const room = new Uint8Array(200)
    const length = socket.recv(room)
    const part = new Uint8Array(4 + length)
    new DataView(part.buffer).setUint32(0, length, true)
    part.set(room.subarray(0, length), 4)
    parts.push(part)
    kernel.clock.advance(10)
  }
  return Buffer.concat(parts)
}

test('a stream of process events goes back too', () => {
  const kernel = boot()
  const socket = listen(kernel)
  received(socket)
  const source = kernel.loadProcEvents(stream())
  kernel.clock.advance(15)
  const before = kernel.snapshot()
  const { sent, delivered } = source
  kernel.clock.advance(100)
  const hash = kernel.stateHash()
  expect(source.sent).toBe(4)
  kernel.rewind(before)
  expect([source.sent, source.delivered]).toEqual([sent, delivered])
  kernel.clock.advance(100)
  expect(kernel.stateHash()).toBe(hash)
})

test('a dump that runs goes on from where it was', () => {
  const kernel = boot()
  const parts = 6
  const ksock = kernel.netlink_kernel_create(20, {
    input(skb) {
      kernel.netlink_rcv_skb(skb, (one, nlh) =>
        kernel.netlink_dump_start(ksock!, one, nlh, {
          dump(part, cb) {
            const at = cb.args[0] as number
            if (at === parts) return 0
            part.nlmsg_put(cb.portid, cb.seq, 20, Uint8Array.of(at), 2)
            cb.args[0] = at + 1
            return 1
          },
        }),
      )
    },
  })
  const socket = bound(kernel, 9, 0, 20)
  socket.sendto(encodeNlmsg({ nlmsg_type: 20, nlmsg_flags: 0x301, nlmsg_seq: 1 }, new Uint8Array(4)), 0, { nl_pid: 0 })
  const before = kernel.snapshot()
  const all = () => {
    const got: number[] = []
    const room = new Uint8Array(5000)
    for (let n = 0; n < 10; n++) {
      try {
        socket.recv(room)
        got.push(room[16] as number)
      } catch {
        break
      }
    }
    return got
  }
  const first = all()
  kernel.rewind(before)
  expect(all()).toEqual(first)
})

test('families registered since are gone', () => {
  const kernel = boot()
  const genl = createGenetlink(kernel)
  const family = (name: string) => ({ name, version: 1, ops: [{ cmd: 1, doit: () => 0 }] })
  expect(genl.genl_register_family(family('one'))).toBe(0)
  const before = kernel.snapshot()
  const two = family('two') as { id?: number; name: string }
  genl.genl_register_family(two as never)
  const id = two.id
  kernel.rewind(before)
  expect(genl.byName('two')).toBeUndefined()
  const again = family('two') as { id?: number; name: string }
  expect(genl.genl_register_family(again as never)).toBe(0)
  expect(again.id).toBe(id)
})

test('generic netlink that was made since can be made again', () => {
  const kernel = boot()
  const before = kernel.snapshot()
  createGenetlink(kernel)
  kernel.rewind(before)
  const genl = createGenetlink(kernel)
  expect(genl.genl_register_family({ name: 'one', version: 1, ops: [{ cmd: 1, doit: () => 0 }] } as never)).toBe(0)
})

test('a sleep that was rejected does not keep time moving', async () => {
  const kernel = boot()
  const done = kernel.run(kernel.spawn(), () => kernel.clock.sleep(10)).catch((error: unknown) => error)
  await kernel.schedule.idle()
  kernel.rewind(kernel.snapshot())
  expect(await done).toMatchObject({ code: 'ECANCELED', message: 'ECANCELED: operation canceled, rewind' })
  const timer = kernel.timer_setup(() => void kernel.mod_timer(timer, kernel.jiffies + 10))
  kernel.mod_timer(timer, 10)
  // The timer of the sleep is in the image, and fires.
  kernel.clock.advance(20)
  const { now } = kernel.clock
  kernel.schedule.autoAdvance = true
  await kernel.schedule.idle()
  expect(kernel.clock.now).toBe(now)
})

describe('kernel.keep()', () => {
  const counting = (kernel: Kernel) => {
    const counter = { count: 0, kept: null as unknown as Disposable }
    counter.kept = kernel.keep(() => {
      const saved = counter.count
      return () => {
        counter.count = saved
      }
    })
    return counter
  }

  test('has what a program keeps go back, to each snapshot again and again', () => {
    const kernel = boot()
    const counter = counting(kernel)
    const first = kernel.snapshot()
    counter.count = 1
    const second = kernel.snapshot()
    for (const [snapshot, count] of [
      [first, 0],
      [second, 1],
      [first, 0],
    ] as const) {
      counter.count = 9
      kernel.rewind(snapshot)
      expect(counter.count).toBe(count)
    }
  })

  test('ends when it is disposed of, until a rewind to where it was not', () => {
    const kernel = boot()
    const counter = counting(kernel)
    const before = kernel.snapshot()
    counter.kept[Symbol.dispose]()
    const behind = kernel.snapshot()
    counter.count = 5
    kernel.rewind(behind)
    expect(counter.count).toBe(5)
    kernel.rewind(before)
    expect(counter.count).toBe(0)
    counter.count = 7
    const again = kernel.snapshot()
    counter.count = 8
    kernel.rewind(again)
    expect(counter.count).toBe(7)
  })

  test('takes functions only, and no snapshot of what gives none', () => {
    const kernel = boot()
    expect(() => kernel.keep(5 as never)).toThrow(new TypeError('save must be a function'))
    kernel.keep((() => 5) as never)
    expect(() => kernel.snapshot()).toThrow(new TypeError('what save() gives must be a function'))
  })
})
