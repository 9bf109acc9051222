// Captures: what goes through a kernel as a pcapng file or as lines for people, and captures as a source of messages.

export { Capture } from './capture.js'
export { ARPHRD_NETLINK, LINKTYPE_NETLINK } from './cooked.js'
export type { CapturedPacket, PacketDirection } from './packet.js'
export { type PacketInit, PcapngWriter, type PcapngWriterOptions } from './pcapng-writer.js'
export {
  type CapturePlayer,
  type PlayablePacket,
  type PlayingKernel,
  type PlayOptions,
  type PlayTarget,
  playCapture,
} from './play.js'
export { readCapture } from './reader.js'
export { TRACE_HEADER, traceLine } from './trace.js'
