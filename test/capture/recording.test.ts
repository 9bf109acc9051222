// A capture of a real kernel's process events against the recording of the same events.
import { expect, test } from 'vitest'
import { PcapngWriter, readCapture } from '../../src/capture/index.js'
import { decodeConnectorMessage, decodeProcEvent, NETLINK_CONNECTOR } from '../../src/uapi/index.js'
import { readBytes } from '../support/files.js'

const CAPTURE = readBytes('test/capture/data/proc-events.pcap')
const RECORDING = readBytes('test/data/proc-events.bin')
const PACKETS = 2000

/** The first datagrams of the recording: again and again a length and that many bytes. */
function datagrams(count: number): Uint8Array[] {
  const view = new DataView(RECORDING.buffer)
  let at = 0
  return Array.from({ length: count }, () => {
    const length = view.getUint32(at, true)
    const datagram = RECORDING.slice(at + 4, at + 4 + length)
    at += 4 + length
    return datagram
  })
}

test('the packets are the datagrams of the recording, at the times of their events', () => {
  const packets = readCapture(CAPTURE)
  expect(packets.map(({ data }) => data)).toEqual(datagrams(PACKETS))
  const times = packets.map(({ data }) => decodeProcEvent(decodeConnectorMessage(data).msg.data).timestamp_ns)
  expect(packets.map(({ time }) => time)).toEqual(times)
  expect(packets.every(({ protocol, comments }) => protocol === NETLINK_CONNECTOR && comments.length === 0)).toBe(true)
})

test('and they come through the writer as they are', () => {
  const packets = readCapture(CAPTURE)
  const writer = new PcapngWriter()
  for (const packet of packets) writer.packet(packet)
  expect(readCapture(writer.bytes())).toEqual(packets)
})
