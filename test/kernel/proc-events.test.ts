// Process events from tasks and from a recorded stream.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  AF_NETLINK,
  boot,
  decodeConnectorMessage,
  decodeProcEvent,
  encodeConnectorMessage,
  encodeProcInput,
  type Kernel,
  NETLINK_CONNECTOR,
  PROC_CN_MCAST_IGNORE,
  PROC_CN_MCAST_LISTEN,
  PROC_EVENT_NONE,
  type ProcEvent,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_SOCKET,
  type Socket,
} from '../../src/index.js'
import { drain } from '../support/drain.js'

const STREAM = new Uint8Array(readFileSync(new URL('../data/proc-events.bin', import.meta.url)))

function listener(kernel: Kernel, event_type?: number): Socket {
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20)
  socket.bind({ nl_groups: 1 })
  ask(socket, PROC_CN_MCAST_LISTEN, event_type)
  return socket
}

function ask(socket: Socket, mcast_op: number, event_type?: number): void {
  const data = encodeProcInput(event_type === undefined ? { mcast_op } : { mcast_op, event_type })
  socket.send(encodeConnectorMessage({ id: { idx: 1, val: 1 }, data }))
}

function events(socket: Socket): { seq: number; event: ProcEvent }[] {
  return drain(socket).map((datagram) => {
    const { msg } = decodeConnectorMessage(datagram)
    return { seq: msg.seq, event: decodeProcEvent(msg.data) }
  })
}

function records(stream: Uint8Array): Uint8Array[] {
  const view = new DataView(stream.buffer, stream.byteOffset)
  const out: Uint8Array[] = []
  for (let at = 0; at < stream.length; at += 4 + view.getUint32(at, true)) {
    out.push(stream.subarray(at + 4, at + 4 + view.getUint32(at, true)))
  }
  return out
}

describe('a recorded stream', () => {
  it('comes through group 1 byte for byte, in its own time', () => {
    const kernel = boot()
    const socket = listener(kernel)
    drain(socket)
    const source = kernel.loadProcEvents(STREAM)
    const wanted = records(STREAM).filter((one) => decodeProcEvent(one.subarray(36)).what !== PROC_EVENT_NONE)
    expect(source.total).toBe(wanted.length)
    const got: Uint8Array[] = []
    while (source.pending) {
      kernel.clock.advance(5)
      got.push(...drain(socket))
    }
    expect(got.length).toBe(27062)
    expect(got.every((one, index) => Buffer.compare(one, wanted[index] as Uint8Array) === 0)).toBe(true)
    expect(Math.round(kernel.clock.now / 1000)).toBe(12)
    expect([source.sent, source.delivered]).toEqual([27062, 27062])
  })

  it('is told to nobody while nobody listens, and ends when it is stopped', () => {
    const kernel = boot()
    const source = kernel.loadProcEvents(STREAM)
    kernel.clock.advance(1000)
    expect(source.sent).toBeGreaterThan(0)
    expect(source.delivered).toBe(0)
    const sent = source.sent
    source.stop()
    kernel.clock.advance(1000)
    expect(source.sent).toBe(sent)
  })

  it('is refused with the place of what is wrong in it', () => {
    const kernel = boot()
    expect(() => kernel.loadProcEvents(STREAM.subarray(0, 1000))).toThrow(
      'the stream ends inside the record at byte 960',
    )
    const broken = STREAM.slice(0, 800)
    broken[80 * 3 + 4 + 16] = 9
    expect(() => kernel.loadProcEvents(broken)).toThrow('the record at byte 240 is no event of cn_proc')
    kernel.clock.runUntilIdle()
  })
})

describe('tasks', () => {
  it('take numbers of the counter of the CPU that they run on', () => {
    const kernel = boot()
    const socket = listener(kernel)
    const parent = kernel.spawn()
    const child = parent.fork()
    child.sched_setaffinity(3)
    child.setcomm('moved')
    child.exit(2)
    const seen = events(socket).map(({ seq, event }) => [event.cpu, seq])
    expect(seen).toEqual([
      [0, 0],
      [0, 1],
      [3, 0],
      [3, 1],
    ])
    expect(() => parent.sched_setaffinity(32)).toThrow('EINVAL')
  })

  it('stamp events with virtual time', () => {
    const kernel = boot()
    const socket = listener(kernel)
    kernel.clock.advance(1500.25)
    kernel.spawn().fork()
    expect(events(socket).map(({ event }) => event.timestamp_ns)).toEqual([0n, 1500250000n])
  })

  it('take their threads along, each with an exit of its own', () => {
    const kernel = boot()
    const process = kernel.spawn().fork()
    const thread = process.thread()
    const socket = listener(kernel)
    drain(socket)
    process.exit(1)
    expect(thread.alive).toBe(false)
    const exits = events(socket).map(({ event }) => ('exit' in event.event_data ? event.event_data.exit : undefined))
    expect(exits.map((exit) => [exit?.process_pid, exit?.exit_signal])).toEqual([
      [thread.pid, 0xffffffff],
      [process.pid, 17],
    ])
  })

  it('are quiet again once every listener has said IGNORE', () => {
    const kernel = boot()
    const socket = listener(kernel)
    const other = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    other.bind({ nl_groups: 1 })
    drain(socket)
    ask(socket, PROC_CN_MCAST_IGNORE)
    kernel.spawn().fork()
    expect([drain(socket).length, drain(other).length]).toEqual([0, 0])
  })
})
