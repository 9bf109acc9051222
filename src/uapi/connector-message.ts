// A whole datagram of NETLINK_CONNECTOR: nlmsghdr, cn_msg, data.

import { NLMSG_DONE } from '../../assembly/uapi/constants.js'
import { type CnMsg, type CnMsgInit, decodeCnMsg, encodeCnMsg, tryDecodeCnMsg } from './cn-msg.js'
import { CN_MSG, NLMSGHDR } from './layout.js'
import { decodeNlmsghdr, encodeNlmsg, type Nlmsghdr, nlmsgAt } from './nlmsg.js'

/** Bytes in front of the data of a connector's datagram: 36. */
export const CONNECTOR_HDRLEN = NLMSGHDR.size + CN_MSG.size

/** What a datagram of the connector holds. */
export interface ConnectorMessage {
  readonly header: Nlmsghdr
  readonly msg: CnMsg
}

/**
 * The datagram for a cn_msg, as a program sends it and as the kernel does: nlmsg_type NLMSG_DONE, nlmsg_flags 0,
 * nlmsg_seq = msg.seq, nlmsg_pid 0, nlmsg_len = 36 + data.length. `header` replaces single fields. Nothing is padded.
 *
 * @throws TypeError, RangeError for fields that are no numbers of their width
 * @example
 * const data = encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN })
 * socket.send(encodeConnectorMessage({ id: { idx: CN_IDX_PROC, val: CN_VAL_PROC }, data }))
 */
export function encodeConnectorMessage(msg: CnMsgInit, header: Partial<Nlmsghdr> = {}): Uint8Array {
  const payload = encodeCnMsg(msg)
  return encodeNlmsg({ nlmsg_type: NLMSG_DONE, nlmsg_seq: msg.seq ?? 0, ...header }, payload)
}

/**
 * The first message of a datagram as a cn_msg, by the connector's own rules: bytes behind nlmsg_len are not looked at,
 * nor are nlmsg_type and flags. The data are a copy.
 *
 * @throws RangeError if nlmsg_len is below 36 or beyond the datagram, or the data reach beyond nlmsg_len
 */
export function decodeConnectorMessage(datagram: Uint8Array): ConnectorMessage {
  const message = nlmsgAt(datagram)
  if (message === null) {
    const { nlmsg_len } = decodeNlmsghdr(datagram)
    throw new RangeError(`nlmsg_len is ${nlmsg_len}, the datagram has ${datagram.length} bytes`)
  }
  return { header: message.header, msg: decodeCnMsg(message.payload) }
}

/** The same as {@link decodeConnectorMessage}; null where that throws RangeError. */
export function tryDecodeConnectorMessage(datagram: Uint8Array): ConnectorMessage | null {
  const message = nlmsgAt(datagram)
  if (message === null) return null
  const msg = tryDecodeCnMsg(message.payload)
  return msg === null ? null : { header: message.header, msg }
}
