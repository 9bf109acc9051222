// Events come out of the typed arrays as the tap told them, in however many batches they travelled.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventLog } from '../../playground/page/event-log.js'
import { LOST } from '../../playground/shared/event-rows.js'
import { EventWriter } from '../../playground/worker/event-writer.js'
import {
  AF_NETLINK,
  boot,
  encodeConnectorMessage,
  GFP_ATOMIC,
  NETLINK_CONNECTOR,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_SOCKET,
  type Socket,
  type TapEvent,
} from '../../src/index.js'

/** A machine in which messages are queued, lost, handled and received. */
function told(): TapEvent[] {
  const events: TapEvent[] = []
  const kernel = boot()
  kernel.tap((event) => events.push(event))
  kernel.cn_add_callback({ idx: 5, val: 1 }, 'five', ({ data }, { portid }) => {
    kernel.cn_netlink_send({ id: { idx: 5, val: 1 }, data }, portid, 0, GFP_ATOMIC)
  })
  const task = kernel.spawn({ comm: 'one' })
  const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 2304)
  socket.bind({ nl_groups: 16 })
  for (let n = 0; n < 12; n++) {
    kernel.clock.advance(0.25)
    if (n === 6) task.setcomm('two')
    socket.send(encodeConnectorMessage({ id: { idx: 5, val: 1 }, seq: n, data: new Uint8Array(n).fill(n) }))
    if (n % 4 === 3) receive(socket)
    kernel.cn_netlink_send({ id: { idx: 5, val: 9 }, seq: n }, 5, GFP_ATOMIC)
  }
  return events
}

test('every event is there again, whole', () => {
  const events = told()
  expect(new Set(events.map(({ kind }) => kind)).size).toBe(2)
  fc.assert(
    fc.property(fc.array(fc.nat(events.length)), (cuts) => {
      const writer = new EventWriter()
      const log = new EventLog()
      events.forEach((event, index) => {
        if (cuts.includes(index)) log.append(writer.take())
        writer.add(index, event)
      })
      log.append(writer.take())
      expect(log.length).toBe(events.length)
      expect(events.map((_, index) => log.get(index))).toEqual(events.map(expected))
    }),
    { numRuns: 20 },
  )
})

test('a message is found by its number, and the end of a step by the step', () => {
  const events = told()
  const writer = new EventWriter()
  for (const [index, event] of events.entries()) writer.add(Math.floor(index / 5), event)
  const log = new EventLog()
  log.append(writer.take())
  events.forEach((event, index) => {
    if (event.kind === 'message') expect(log.placeOf(event.number)).toBe(index)
    const lost = event.kind === 'message' ? event.deliveries.filter(({ verdict }) => LOST.includes(verdict)) : []
    expect(log.lost(index)).toBe(lost.length)
    expect(log.isMessage(index)).toBe(event.kind === 'message')
  })
  expect(events.some((_, index) => log.lost(index) > 0)).toBe(true)
  expect(log.endOf(-1)).toBe(0)
  expect(log.endOf(0)).toBe(5)
  expect(log.endOf(1)).toBe(10)
  expect(log.endOf(1000)).toBe(events.length)
  expect(log.placeOf(999_999)).toBe(undefined)
  for (const index of [-1, 0.5, events.length]) expect(() => log.get(index)).toThrow(RangeError)
})

/** Receives what there is: a message, or that messages were lost. */
function receive(socket: Socket): void {
  try {
    socket.recv(new Uint8Array(100))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOBUFS' })
  }
}

/** An event as the log tells it. */
function expected(event: TapEvent, index: number) {
  const { kind, number, protocol, result, time } = event
  const shared = { index, step: index, kind, number, protocol, result, time }
  const who = (comm: string, pid: number) => (comm === '' && pid === 0 ? '' : `${comm}[${pid}]`)
  if (event.kind === 'receive') {
    const { from, portid, length, socket, comm, pid } = event
    const to = { portid, group: 0 }
    return { ...shared, from, who: who(comm, pid), to, length, socket, data: new Uint8Array(0), deliveries: [] }
  }
  const { portid, comm, creds, to, data, deliveries } = event
  return {
    ...shared,
    from: portid,
    who: who(comm, creds.pid),
    to,
    length: data.length,
    socket: 0,
    data,
    deliveries: deliveries.map(({ socket, portid: port, verdict, comm: name, pid }) => ({
      socket,
      portid: port,
      verdict,
      who: who(name, pid),
    })),
  }
}
