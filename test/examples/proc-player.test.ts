// The module that plays recorded process events, and the listener that reads them, on both builds of the kernel.
import { beforeAll, expect, test } from 'vitest'
import { type Examples, loadExamples } from '../../src/cli/demo/examples.js'
import { boot } from '../../src/index.js'
import {
  CN_IDX_PROC,
  decodeConnectorMessage,
  decodeProcEvent,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  POLLIN,
  SOCK_DGRAM,
} from '../../src/uapi/index.js'
import { readBytes } from '../support/files.js'

let examples: Examples
beforeAll(async () => {
  examples = await loadExamples()
})

/** A machine that plays the first events, and a socket that hears them. */
function playing(limit: number) {
  const kernel = boot()
  const source = new examples.ProcPlayer(examples.readRecording(examples.RECORDING, limit))
  expect(kernel.insmod(source)).toBe(0)
  const socket = kernel.spawn().socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({ nl_groups: 1 << (CN_IDX_PROC - 1) })
  const listener = new examples.ProcListener(kernel.spawn(), { id: examples.PLAYER_ID })
  listener.ask()
  const buffer = new Uint8Array(128)
  function* received() {
    while (socket.poll(POLLIN) & POLLIN) yield decodeConnectorMessage(buffer.subarray(0, socket.recv(buffer)))
  }
  return { kernel, source, listener, received }
}

test('the events arrive byte for byte as they were recorded', () => {
  const limit = 4000
  const { kernel, source, received } = playing(limit)
  const data: Uint8Array[] = []
  while (source.left > 0) {
    kernel.clock.advance(1)
    for (const { msg } of received()) data.push(msg.data)
  }
  // A record of the file: its length, nlmsghdr and cn_msg, the event. The acknowledgement of the request came before them.
  const file = readBytes('test/data/proc-events.bin')
  const recorded = Array.from({ length: limit }, (_, i) => file.slice(80 * i + 40, 80 * (i + 1)))
  expect(data.slice(1)).toEqual(recorded)
})

test('each CPU counts its messages by one, and nlmsg_seq is the same number', () => {
  const { kernel, source, received } = playing(1000)
  const next = new Map<number, number>()
  while (source.left > 0) {
    kernel.clock.advance(1)
    for (const { header, msg } of received()) {
      const { cpu } = decodeProcEvent(msg.data)
      expect(msg.seq).toBe(next.get(cpu) ?? msg.seq)
      expect(header.nlmsg_seq).toBe(msg.seq)
      next.set(cpu, msg.seq + 1)
    }
  }
  expect([...next.keys()].sort()).toEqual([0, 1])
})

test('an event comes in the millisecond after its timestamp', () => {
  const { kernel, source, received } = playing(1000)
  let first: bigint | undefined
  let latest = 0
  for (const began = kernel.clock.now; source.left > 0; ) {
    kernel.clock.advance(1)
    for (const { msg } of received()) {
      const { timestamp_ns } = decodeProcEvent(msg.data)
      first ??= timestamp_ns
      // The timestamps of two CPUs may cross.
      latest = Math.max(latest, Number(timestamp_ns - first) / 1e6)
      const elapsed = kernel.clock.now - began
      expect(elapsed - latest).toBeGreaterThanOrEqual(0)
      expect(elapsed - latest).toBeLessThanOrEqual(1)
    }
  }
})

test('a listener that is overrun knows how much it lost once the next message comes', () => {
  const { kernel, source, listener } = playing(2000)
  for (const _ of listener.events());
  while (source.left > 100) kernel.clock.advance(1)
  const queued = [...listener.events()].length
  expect(listener).toMatchObject({ overruns: 1, lost: 0 })
  while (source.left > 0) kernel.clock.advance(1)
  for (const _ of listener.events());
  expect(queued).toBe(256)
  expect(listener.received + listener.lost).toBe(source.sent)
})

test('an unloaded module plays no more', () => {
  const { kernel, source } = playing(1000)
  kernel.clock.advance(10)
  const { sent } = source
  expect(kernel.rmmod('proc_player')).toBe(0)
  kernel.clock.advance(1000)
  expect(source.sent).toBe(sent)
})
