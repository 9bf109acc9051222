// From a message to a datagram, and with it to the kernel, to a port, to a group.

import type { CoreKernel, Kernel, Socket } from '../api.js'
import {
  type CbId,
  CN_MSG,
  CONNECTOR_HDRLEN,
  CONNECTOR_MAX_MSG_SIZE,
  NLMSG_DONE,
  NLMSGHDR,
  u16,
  u32,
} from '../uapi/index.js'
import { asBytes, asObject } from '../user/arguments.js'

/** A message as a client sends it. */
export interface Outgoing {
  readonly id: CbId
  readonly seq: number
  readonly ack: number
  readonly data: Uint8Array
}

/** Where a message goes; 0 and 0: to the kernel. */
export interface Destination {
  readonly portid: number
  readonly group: number
}

/** The connector drops what is larger, without a word. */
const MAX_KERNEL_DATA = CONNECTOR_MAX_MSG_SIZE - CN_MSG.size
const MAX_DATA = 0xffff

/** All datagrams are made in one room: a send has copied them before anything else can happen. */
let room: DataView | undefined

/** RangeError for what would not arrive, or is no u32; TypeError for what is no message. */
export function checkOutgoing(id: CbId, data: Uint8Array, { portid, group }: Destination): void {
  u32(asObject(id, 'id').idx, 'id.idx')
  u32(id.val, 'id.val')
  u32(portid, 'portid')
  if (!Number.isInteger(group) || group < 0 || group > 32) throw new RangeError(`a group is 1 to 32, not ${group}`)
  const length = u16(asBytes(data, 'data').length, 'the length of data')
  if (portid === 0 && length > MAX_KERNEL_DATA) {
    throw new RangeError(`the kernel takes at most ${MAX_KERNEL_DATA} bytes of data, not ${length}`)
  }
}

/** Without an address for the kernel: with one a callback would see fewer of the sender's privileges (netlink_capable). */
export function transmit(socket: Socket, msg: Outgoing, { portid, group }: Destination): void {
  const datagram = encode(msg)
  if (portid === 0 && group === 0) socket.send(datagram)
  else socket.sendto(datagram, 0, { nl_pid: portid, nl_groups: group === 0 ? 0 : (1 << (group - 1)) >>> 0 })
}

/** A kernel that may or may not explain. */
type Explaining = CoreKernel & Partial<Pick<Kernel, 'explain'>>

/** Why a message would reach nobody, in a sentence; '' if it would, or if that cannot be told. */
export function unreached(kernel: Explaining, socket: Socket, msg: Outgoing, { portid, group }: Destination): string {
  if (socket.closed || kernel.explain === undefined) return ''
  const to = portid === 0 && group === 0 ? {} : { to: { nl_pid: portid, group } }
  try {
    const { reaches, sentence } = kernel.explain({ from: socket, data: encode(msg), ...to })
    return reaches ? '' : sentence
  } catch {
    // A socket that the kernel does not know, as that of a host.
    return ''
  }
}

/** The same bytes as encodeConnectorMessage(), without an array of their own. */
function encode({ id, seq, ack, data }: Outgoing): Uint8Array {
  room ??= new DataView(new ArrayBuffer(CONNECTOR_HDRLEN + MAX_DATA))
  const datagram = new Uint8Array(room.buffer, 0, CONNECTOR_HDRLEN + data.length)
  room.setUint32(NLMSGHDR.nlmsg_len, datagram.length, true)
  room.setUint32(NLMSGHDR.nlmsg_type, NLMSG_DONE, true)
  room.setUint32(NLMSGHDR.nlmsg_seq, seq, true)
  room.setUint32(NLMSGHDR.size + CN_MSG.idx, id.idx, true)
  room.setUint32(NLMSGHDR.size + CN_MSG.val, id.val, true)
  room.setUint32(NLMSGHDR.size + CN_MSG.seq, seq, true)
  room.setUint32(NLMSGHDR.size + CN_MSG.ack, ack, true)
  room.setUint32(NLMSGHDR.size + CN_MSG.len, data.length, true)
  datagram.set(data, CONNECTOR_HDRLEN)
  return datagram
}
