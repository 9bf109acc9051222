// Our captures as Wireshark's tshark reads them, and tshark's files as we read them. Skipped, and saying so, where there is no tshark.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CapturedPacket, PcapngWriter, readCapture } from '../../src/capture/index.js'
import {
  encodeConnectorMessage,
  encodeNlmsg,
  NETLINK_CONNECTOR,
  NETLINK_GENERIC,
  NETLINK_USERSOCK,
} from '../../src/uapi/index.js'
import { readBytes } from '../support/files.js'

const found = spawnSync('tshark', ['--version']).status === 0
const title = found ? 'tshark' : 'tshark (skipped: it is not installed)'

const PACKETS: CapturedPacket[] = [
  {
    time: 1500000001n,
    protocol: NETLINK_CONNECTOR,
    data: encodeConnectorMessage({ id: { idx: 1, val: 1 }, seq: 5, data: Uint8Array.of(1, 2, 3) }),
    comments: ['from the kernel', 'delivered to ports 5, 7; lost by port 9: no room', 'ü'],
    direction: 'out',
  },
  {
    time: 1700000000123456789n,
    protocol: NETLINK_GENERIC,
    data: encodeNlmsg({ nlmsg_type: 16, nlmsg_seq: 9, nlmsg_pid: 77 }, new Uint8Array(4)),
    comments: [],
    direction: 'in',
  },
  {
    time: 1700000000123456790n,
    protocol: NETLINK_USERSOCK,
    data: encodeNlmsg({ nlmsg_type: 16, nlmsg_seq: 10 }, new Uint8Array(100000)),
    comments: ['long'],
  },
]

describe.skipIf(!found)(title, () => {
  let folder = ''
  const path = (name: string) => join(folder, name)
  const tshark = (...args: string[]) =>
    execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'capture-'))
    const writer = new PcapngWriter()
    for (const packet of PACKETS) writer.packet(packet)
    writeFileSync(path('ours.pcapng'), writer.bytes())
  })

  afterAll(() => {
    if (folder !== '') rmSync(folder, { recursive: true })
  })

  /** One list of values for each packet; a field that is there several times has them behind each other. */
  const fields = (file: string, ...names: string[]) =>
    tshark(
      '-r',
      file,
      '-T',
      'fields',
      '-E',
      'separator=|',
      '-E',
      'aggregator=~',
      ...names.flatMap((name) => ['-e', name]),
    )
      .trimEnd()
      .split('\n')
      .map((line) => line.split('|'))

  test('knows the link type, the protocols and the headers of the messages', () => {
    const names = [
      'frame.encap_type',
      'netlink.hatype',
      'netlink.family',
      'netlink.hdr_len',
      'netlink.hdr_seq',
      'netlink.hdr_pid',
    ]
    expect(fields(path('ours.pcapng'), ...names)).toEqual([
      ['158', '824', '0x000b', '39', '5', '0'],
      ['158', '824', '0x0010', '20', '9', '77'],
      ['158', '824', '0x0002', '100016', '10', '0'],
    ])
  })

  test('shows times, directions, comments and the interface', () => {
    const names = ['frame.time_epoch', 'frame.packet_flags_direction', 'frame.interface_name', 'frame.comment']
    expect(fields(path('ours.pcapng'), ...names)).toEqual([
      ['1.500000001', '0x00000002', 'netlink', PACKETS[0]?.comments.join('~')],
      ['1700000000.123456789', '0x00000001', 'netlink', ''],
      ['1700000000.123456790', '', 'netlink', 'long'],
    ])
  })

  test('has the bytes of the connector message', () => {
    const [layers] = JSON.parse(tshark('-r', path('ours.pcapng'), '-c', '1', '-T', 'json', '-x')) as [
      { _source: { layers: { frame_raw: [string] } } },
    ]
    const hex = Buffer.from(PACKETS[0]?.data ?? []).toString('hex')
    expect(layers._source.layers.frame_raw[0]).toBe(`0000033800000000000000000000000b${hex}`)
  })

  test('finds nothing to complain about', () => {
    expect(tshark('-r', path('ours.pcapng'), '-Y', '_ws.malformed || _ws.expert.severity >= 4194304')).toBe('')
  })

  const converted = (source: string, format: string) => {
    tshark('-r', source, '-F', format, '-w', path(`theirs.${format}`))
    return readCapture(new Uint8Array(readFileSync(path(`theirs.${format}`))))
  }
  const withoutRemarks = PACKETS.map(({ time, protocol, data }) => ({ time, protocol, data, comments: [] as string[] }))

  test('writes a pcapng that we read, with everything in it', () => {
    expect(converted(path('ours.pcapng'), 'pcapng')).toEqual(PACKETS)
  })

  test('writes a pcap with nanoseconds that we read', () => {
    expect(converted(path('ours.pcapng'), 'nsecpcap')).toEqual(withoutRemarks)
  })

  test('writes a pcap with microseconds that we read', () => {
    const rounded = withoutRemarks.map((packet) => ({ ...packet, time: packet.time - (packet.time % 1000n) }))
    expect(converted(path('ours.pcapng'), 'pcap')).toEqual(rounded)
  })

  test('and we read the same from a recording of a real kernel', () => {
    const file = readBytes('test/capture/data/proc-events.pcap')
    writeFileSync(path('real.pcap'), file)
    expect(converted(path('real.pcap'), 'pcapng')).toEqual(readCapture(file))
    const seqs = fields(path('real.pcap'), 'netlink.hdr_seq').map(([seq]) => Number(seq))
    expect(readCapture(file).map(({ data }) => new DataView(data.buffer).getUint32(8, true))).toEqual(seqs)
  })
})
