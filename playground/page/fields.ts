// What the bytes of a datagram mean: the fields of its structs, each with its place.

import {
  CN_IDX_PROC,
  CN_MSG,
  CN_VAL_PROC,
  CONNECTOR_ID,
  errnoName,
  flagNames,
  NETLINK_CONNECTOR,
  NLMSG_ERROR,
  NLMSG_FLAGS,
  NLMSG_TYPES,
  NLMSGERR,
  NLMSGHDR,
  nameOf,
  nlmsgs,
  PROC_EVENT,
  PROC_EVENT_DATA,
  PROC_EVENTS,
  tryDecodeCnCtlMsg,
  tryDecodeCnMsg,
  tryDecodeProcEvent,
  tryDecodeProcInput,
} from '../../src/uapi/index.js'

/** Some bytes of a datagram, and what they are. */
export interface Field {
  /** The struct that they are part of: parts are told apart by colour. */
  readonly part: string
  readonly name: string
  /** Bytes from the start of the datagram. */
  readonly at: number
  readonly length: number
  readonly value: string
  /** What the value stands for; '' if there is nothing to add. */
  readonly note: string
}

/** The fields of a datagram, in the order of its bytes. What is no whole message is bytes. Never throws on bytes. */
export function fieldsOf(protocol: number, datagram: Uint8Array): Field[] {
  const fields: Field[] = []
  let end = 0
  for (const { header, payload, offset } of nlmsgs(datagram)) {
    fields.push(...headerFields('nlmsghdr', datagram, offset))
    const at = offset + NLMSGHDR.size
    if (header.nlmsg_type === NLMSG_ERROR && payload.length >= NLMSGERR.size) fields.push(...errorFields(datagram, at))
    else if (protocol === NETLINK_CONNECTOR) fields.push(...connectorFields(payload, at))
    else fields.push(...bytesField('payload', payload, at))
    end = offset + header.nlmsg_len
  }
  return [...fields, ...bytesField('bytes', datagram.subarray(end), end)]
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function headerFields(part: string, datagram: Uint8Array, at: number): Field[] {
  const data = view(datagram)
  const type = data.getUint16(at + NLMSGHDR.nlmsg_type, true)
  const flags = data.getUint16(at + NLMSGHDR.nlmsg_flags, true)
  const u32 = (name: 'nlmsg_len' | 'nlmsg_seq' | 'nlmsg_pid', note = '') =>
    field(part, name, at + NLMSGHDR[name], 4, String(data.getUint32(at + NLMSGHDR[name], true)), note)
  return [
    u32('nlmsg_len', 'bytes of the message'),
    field(part, 'nlmsg_type', at + NLMSGHDR.nlmsg_type, 2, String(type), nameOf(NLMSG_TYPES, type) ?? ''),
    field(
      part,
      'nlmsg_flags',
      at + NLMSGHDR.nlmsg_flags,
      2,
      `0x${flags.toString(16)}`,
      flagNames(NLMSG_FLAGS, flags).join(' | '),
    ),
    u32('nlmsg_seq'),
    u32('nlmsg_pid', 'the port of the sender, by convention'),
  ]
}

function errorFields(datagram: Uint8Array, at: number): Field[] {
  const error = view(datagram).getInt32(at + NLMSGERR.error, true)
  const note = error === 0 ? 'an acknowledgement' : `-${errnoName(error)}`
  const msg = at + NLMSGERR.msg
  return [
    field('nlmsgerr', 'error', at + NLMSGERR.error, 4, String(error), note),
    ...headerFields('nlmsgerr.msg', datagram, msg),
  ]
}

function connectorFields(payload: Uint8Array, at: number): Field[] {
  const msg = tryDecodeCnMsg(payload)
  if (msg === null) return bytesField('payload', payload, at)
  const { id, seq, ack, len, flags, data } = msg
  const cn = (name: 'idx' | 'val' | 'seq' | 'ack' | 'len' | 'flags', length: number, value: number, note = '') =>
    field('cn_msg', name, at + CN_MSG[name], length, String(value), note)
  const isProc = id.idx === CN_IDX_PROC && id.val === CN_VAL_PROC
  const isConnector = id.idx === CONNECTOR_ID.idx && id.val === CONNECTOR_ID.val
  return [
    cn('idx', 4, id.idx, isProc ? 'CN_IDX_PROC' : isConnector ? 'the connector itself, -1' : ''),
    cn('val', 4, id.val, isProc ? 'CN_VAL_PROC' : isConnector ? '-1' : ''),
    cn('seq', 4, seq),
    cn('ack', 4, ack),
    cn('len', 2, len, 'bytes of the data'),
    cn('flags', 2, flags),
    ...dataFields(isProc, isConnector, data, at + CN_MSG.size),
    ...bytesField('bytes', payload.subarray(CN_MSG.size + data.length), at + CN_MSG.size + data.length),
  ]
}

function dataFields(isProc: boolean, isConnector: boolean, data: Uint8Array, at: number): Field[] {
  if (isProc) return procFields(data, at)
  const ctl = isConnector ? tryDecodeCnCtlMsg(data) : null
  if (ctl === null) return bytesField('data', data, at)
  const ranges = (list: typeof ctl.idx) => list.map(({ first, range }) => `${first} to ${first + range - 1}`).join(', ')
  return [
    field(
      'cn_ctl_msg',
      'request',
      at,
      data.length,
      `group ${ctl.group}`,
      `idx ${ranges(ctl.idx)}; val ${ranges(ctl.val)}`,
    ),
  ]
}

function procFields(data: Uint8Array, at: number): Field[] {
  const event = tryDecodeProcEvent(data)
  if (event === null) {
    const input = tryDecodeProcInput(data)
    if (input === null) return bytesField('data', data, at)
    const op = input.mcast_op === 1 ? 'PROC_CN_MCAST_LISTEN' : input.mcast_op === 2 ? 'PROC_CN_MCAST_IGNORE' : ''
    return [
      field('proc_input', 'mcast_op', at, 4, String(input.mcast_op), op),
      ...(input.event_type === undefined
        ? []
        : [
            field(
              'proc_input',
              'event_type',
              at + 4,
              4,
              `0x${input.event_type.toString(16)}`,
              'which events are wanted',
            ),
          ]),
    ]
  }
  const { what, cpu, timestamp_ns } = event
  return [
    field('proc_event', 'what', at + PROC_EVENT.what, 4, `0x${what.toString(16)}`, nameOf(PROC_EVENTS, what) ?? ''),
    field('proc_event', 'cpu', at + PROC_EVENT.cpu, 4, String(cpu), ''),
    field('proc_event', 'timestamp_ns', at + PROC_EVENT.timestamp_ns, 8, String(timestamp_ns), 'since boot'),
    ...eventFields(event.event_data, data, at),
  ]
}

/** The member of the union that the event uses: its name is that of the layout. */
function eventFields(event: object, data: Uint8Array, at: number): Field[] {
  const [member = ''] = Object.keys(event)
  const layout: Readonly<Record<string, number>> =
    (PROC_EVENT_DATA as Record<string, Record<string, number>>)[member] ?? {}
  return Object.entries(layout).map(([name, place]) => {
    const part = `proc_event.${member}`
    if (name !== 'comm') return field(part, name, at + place, 4, String(view(data).getInt32(place, true)), '')
    return field(part, name, at + place, 16, textOf(data.subarray(place, place + 16)), '')
  })
}

function bytesField(part: string, bytes: Uint8Array, at: number): Field[] {
  if (bytes.length === 0) return []
  return [field(part, part === 'data' ? 'data' : '', at, bytes.length, textOf(bytes), `${bytes.length} bytes`)]
}

/** Text, where it is some; the first bytes in hex otherwise. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1
  const text = new TextDecoder().decode(bytes.subarray(0, end))
  if (end > 0 && !/[\p{Cc}\ufffd]/u.test(text)) return `“${text}”`
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return bytes.length > 8 ? `${hex} …` : hex
}

function field(part: string, name: string, at: number, length: number, value: string, note: string): Field {
  return { part, name, at, length, value, note }
}
