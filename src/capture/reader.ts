// Reads captures of netlink traffic, whatever wrote them: pcap and pcapng, in both byte orders.

import { asPlainBytes } from '../user/index.js'
import type { CapturedPacket } from './packet.js'
import { pcapKind, readPcap } from './pcap-reader.js'
import { isPcapng, readPcapng } from './pcapng-reader.js'

const MAGIC_BYTES = 4

/**
 * The messages of a capture, in the order of the file: pcap with micro- or nanoseconds, or pcapng. Captures of Linux's
 * nlmon devices are among them. Blocks and options of pcapng that mean nothing here are skipped. A simple packet block has no time:
 * it gets that of the packet before it, or 0.
 *
 * @param bytes the whole file
 * @throws TypeError if it is no Uint8Array; RangeError, with the place, if it is neither format, is malformed or truncated, or has a
 * packet of another link type than netlink's (253), or one of which only a part was captured
 * @example readCapture(readFileSync('nlmon.pcap')).filter(({ protocol }) => protocol === NETLINK_CONNECTOR)
 */
export function readCapture(bytes: Uint8Array): CapturedPacket[] {
  const file = asPlainBytes(bytes, 'bytes')
  if (file.length < MAGIC_BYTES) throw new RangeError('the capture ends inside the magic number at byte 0')
  if (isPcapng(file)) return readPcapng(file)
  const kind = pcapKind(file)
  if (kind !== null) return readPcap(file, kind)
  const magic = [...file.subarray(0, MAGIC_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  throw new RangeError(`the bytes ${magic} at byte 0 begin neither a pcap nor a pcapng file`)
}
