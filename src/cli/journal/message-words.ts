// A message's bytes in words: the headers that it has, and hex.

import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  type CnMsg,
  NETLINK_CONNECTOR,
  NLMSG_TYPES,
  nameOf,
  nlmsgAt,
  PROC_EVENTS,
  tryDecodeConnectorMessage,
  tryDecodeProcEvent,
} from '../../uapi/index.js'
import { plainHex } from '../replay/hex.js'

const PROC_PREFIX = 'PROC_EVENT_'

/** The fields of a message in one line: of the connector id, seq, ack, length; of other protocols those of struct nlmsghdr. */
export function fieldsOf(protocol: number, data: Uint8Array): string {
  return (protocol === NETLINK_CONNECTOR ? connectorFields(data) : headerFields(data)) ?? 'no whole message'
}

function connectorFields(data: Uint8Array): string | undefined {
  const message = tryDecodeConnectorMessage(data)
  if (message === null) return undefined
  const { id, seq, ack, len } = message.msg
  const event = eventName(message.msg)
  return `id ${id.idx}:${id.val} seq ${seq} ack ${ack} len ${len}${event === undefined ? '' : ` (${event})`}`
}

/** `fork` for a message of cn_proc. */
function eventName({ id, data }: CnMsg): string | undefined {
  const event = id.idx === CN_IDX_PROC && id.val === CN_VAL_PROC ? tryDecodeProcEvent(data) : null
  if (event === null) return undefined
  return nameOf(PROC_EVENTS, event.what)?.replace(PROC_PREFIX, '').toLowerCase()
}

function headerFields(data: Uint8Array): string | undefined {
  const message = nlmsgAt(data)
  if (message === null) return undefined
  const { nlmsg_type, nlmsg_flags, nlmsg_seq, nlmsg_pid, nlmsg_len } = message.header
  const type = nameOf(NLMSG_TYPES, nlmsg_type) ?? String(nlmsg_type)
  return `type ${type} flags 0x${nlmsg_flags.toString(16)} seq ${nlmsg_seq} pid ${nlmsg_pid} len ${nlmsg_len}`
}

const WORD_BYTES = 4

/** Bytes as hex in groups of a word, at most `most` of them; how many more there are is said. */
export function hexOf(data: Uint8Array, most: number): string {
  const shown = data.subarray(0, most)
  const words = Array.from({ length: Math.ceil(shown.length / WORD_BYTES) }, (_, i) =>
    plainHex(shown.subarray(WORD_BYTES * i, WORD_BYTES * (i + 1))),
  )
  const more = data.length - shown.length
  return `${words.join(' ')}${more > 0 ? ` (and ${more} more)` : ''}`
}
