// Captures, traces and playing on a real machine: what went through it is in the file, and can be played at another one.

import { describe, expect, test } from 'vitest'
import type { TapEvent } from '../../src/api.js'
import { Capture, PcapngWriter, playCapture, readCapture, traceLine } from '../../src/capture/index.js'
import {
  AF_NETLINK,
  boot,
  decodeConnectorMessage,
  encodeConnectorMessage,
  encodeProcInput,
  GFP_ATOMIC,
  type Kernel,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  PROC_CN_MCAST_LISTEN,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_SOCKET,
  type Socket,
} from '../../src/index.js'
import { drain } from '../support/drain.js'
import { readBytes } from '../support/files.js'

/** A socket in a group of the connector. */
function member(of: Kernel, group: number, port: number): Socket {
  const socket = of.spawn({ comm: 'listener' }).socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({ nl_pid: port, nl_groups: 2 ** (group - 1) })
  return socket
}

describe('a kernel', () => {
  test('has its messages captured, with senders, receivers and results', () => {
    const kernel = boot()
    const capture = new Capture(kernel)
    kernel.cn_add_callback({ idx: 14, val: 1 }, 'example', () => {})
    const first = member(kernel, 3, 5)
    member(kernel, 3, 7)
    kernel.clock.advance(2)
    kernel.cn_netlink_send({ id: { idx: 3, val: 1 } }, 0, 3, GFP_ATOMIC)
    const sender = kernel.spawn({ comm: 'sender', pid: 4000 }).socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    sender.bind({ nl_pid: 4000 })
    const request = encodeConnectorMessage({ id: { idx: 14, val: 1 } })
    sender.send(request)
    capture[Symbol.dispose]()
    sender.send(request)

    const packets = readCapture(capture.bytes())
    expect(packets.map(({ time, protocol, direction }) => ({ time, protocol, direction }))).toEqual([
      { time: 2000000n, protocol: NETLINK_CONNECTOR, direction: 'out' },
      { time: 2000000n, protocol: NETLINK_CONNECTOR, direction: 'in' },
    ])
    expect(packets[0]?.data).toEqual(drain(first)[0])
    // The newest member is served first.
    expect(packets[0]?.comments).toEqual(['from the kernel', 'to group 3', 'delivered to ports 7, 5', 'result: 0'])
    expect(packets[1]?.data).toEqual(request)
    const comments = ['from sender[4000], port 4000', 'to the kernel', 'handled by the kernel', 'result: 36']
    expect(packets[1]?.comments).toEqual(comments)
  })

  test('has what was lost in its capture', () => {
    const kernel = boot()
    const capture = new Capture(kernel)
    member(kernel, 3, 9)
    let sent = 0
    while (readLast(capture)?.startsWith('lost') !== true && sent++ < 1000)
      kernel.cn_netlink_send({ id: { idx: 3, val: 1 } }, 0, 3, GFP_ATOMIC)
    expect(readLast(capture)).toBe('lost by port 9: no room')
    kernel.cn_netlink_send({ id: { idx: 3, val: 1 } }, 0, 3, GFP_ATOMIC)
    expect(readLast(capture)).toBe('lost by port 9: congested')
  })

  test('has in its capture what a sender was refused', () => {
    const kernel = boot()
    const capture = new Capture(kernel)
    const task = kernel.spawn({ comm: 'sender', pid: 4000 })
    const [sender, receiver] = [0, 7].map((nl_pid) => {
      const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
      socket.bind({ nl_pid })
      return socket
    }) as [Socket, Socket]
    const send = (nl_pid: number) => sender.sendto(Uint8Array.of(1), 0, { nl_pid })
    expect(() => send(0)).toThrow('ECONNREFUSED')
    expect(() => send(9)).toThrow('ECONNREFUSED')
    expect(() => {
      while (true) send(7)
    }).toThrow('EAGAIN')
    const told = readCapture(capture.bytes()).map(({ comments }) => comments.slice(1).join('; '))
    expect(told[0]).toBe('to the kernel; refused by the kernel: nobody takes it there; result: -ECONNREFUSED')
    expect(told[1]).toBe('to port 9; reached nobody; result: -ECONNREFUSED')
    expect(told[2]).toBe('to port 7; delivered to port 7; result: 1')
    expect(told.at(-1)).toBe('to port 7; not taken by port 7: no room; result: -EAGAIN')
    expect(drain(receiver)).toHaveLength(told.length - 3)
  })

  test('traces what was sent and received', () => {
    const kernel = boot()
    const events: TapEvent[] = []
    kernel.tap((event) => events.push(event))
    const socket = member(kernel, 3, 5)
    kernel.cn_netlink_send({ id: { idx: 3, val: 1 }, seq: 8 }, 0, 3, GFP_ATOMIC)
    socket.recv(new Uint8Array(100))
    const [sent, received] = events.map(traceLine)
    expect(events).toHaveLength(2)
    expect(sent).toMatch(/ send +CONNECTOR +kernel +group 3 +36 +0 +1 queued +3:1 seq 8 ack 0$/)
    expect(received).toMatch(/ recv +CONNECTOR +kernel +listener\[\d+\]:5 +36 +36 +- +-$/)
  })

  test('plays a capture of another one at the same listeners, at the same times', () => {
    const source = boot()
    const capture = new Capture(source)
    const original = member(source, 3, 5)
    for (const seq of [1, 2, 3]) {
      source.cn_netlink_send({ id: { idx: 3, val: 1 }, seq }, 0, 3, GFP_ATOMIC)
      source.clock.advance(10)
    }
    const kernel = boot()
    const listener = member(kernel, 3, 6)
    const player = playCapture(kernel, readCapture(capture.bytes()))
    kernel.clock.advance(10)
    expect([player.total, player.sent, player.delivered]).toEqual([3, 2, 2])
    kernel.clock.advance(10)
    expect(drain(listener)).toEqual(drain(original))
    expect(player.pending).toBe(false)
  })

  test('plays at a port, and counts what nobody got', () => {
    const kernel = boot()
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
    socket.bind({ nl_pid: 7 })
    const data = Uint8Array.of(1, 2, 3)
    const packets = [1, 2].map(() => ({ time: 0n, protocol: NETLINK_USERSOCK, data }))
    const player = playCapture(kernel, packets, { to: (packet) => ({ portid: packet === packets[0] ? 7 : 8 }) })
    kernel.clock.runUntilIdle()
    expect(drain(socket)).toEqual([data])
    expect([player.sent, player.delivered]).toEqual([2, 1])
  })

  test('plays the events of a real kernel at who listens to process events', () => {
    const kernel = boot()
    const packets = readCapture(readBytes('test/capture/data/proc-events.pcap')).slice(1)
    const listener = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    listener.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 1 << 21)
    listener.bind({ nl_groups: 1 })
    const data = encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN })
    listener.send(encodeConnectorMessage({ id: { idx: 1, val: 1 }, data }))
    drain(listener)
    const player = playCapture(kernel, packets)
    const got: Uint8Array[] = []
    while (player.pending) {
      kernel.clock.advance(100)
      got.push(...drain(listener))
    }
    expect(got).toEqual(packets.map((packet) => packet.data))
    expect(player.delivered).toBe(packets.length)
    expect(decodeConnectorMessage(got[0] ?? new Uint8Array(0)).msg.id).toEqual({ idx: 1, val: 1 })
  })

  test('that is taken back in time plays the same messages again', () => {
    const kernel = boot()
    const listener = member(kernel, 3, 5)
    const data = (seq: number) => encodeConnectorMessage({ id: { idx: 3, val: 1 }, seq })
    const packets = [0, 1, 2, 3].map((seq) => ({
      time: BigInt(seq) * 1000000n,
      protocol: NETLINK_CONNECTOR,
      data: data(seq),
    }))
    const player = playCapture(kernel, packets)
    kernel.clock.advance(1)
    drain(listener)
    const snapshot = kernel.snapshot()
    kernel.clock.advance(10)
    const rest = drain(listener)
    expect(rest).toEqual([data(2), data(3)])
    kernel.rewind(snapshot)
    kernel.clock.advance(1)
    expect([player.sent, player.delivered, player.pending]).toEqual([3, 3, true])
    kernel.clock.advance(9)
    expect(drain(listener)).toEqual(rest)
    expect([player.sent, player.delivered, player.pending]).toEqual([4, 4, false])
  })

  test('is not changed by being captured', () => {
    const hash = (captured: boolean) => {
      const kernel = boot()
      const capture = captured ? new Capture(kernel) : undefined
      member(kernel, 3, 5)
      for (let seq = 0; seq < 300; seq++) kernel.cn_netlink_send({ id: { idx: 3, val: 1 }, seq }, 0, 3, GFP_ATOMIC)
      capture?.[Symbol.dispose]()
      return kernel.stateHash()
    }
    expect(hash(true)).toBe(hash(false))
  })

  test('and its capture, read and written again, is the same file', () => {
    const kernel = boot()
    const capture = new Capture(kernel)
    member(kernel, 3, 5)
    for (let seq = 0; seq < 5; seq++) kernel.cn_netlink_send({ id: { idx: 3, val: 1 }, seq }, 0, 3, GFP_ATOMIC)
    const writer = new PcapngWriter()
    for (const packet of readCapture(capture.bytes())) writer.packet(packet)
    expect(writer.bytes()).toEqual(capture.bytes())
  })
})

/** What became of the last message of a capture. */
function readLast(capture: Capture): string | undefined {
  return readCapture(capture.bytes()).at(-1)?.comments[2]
}
