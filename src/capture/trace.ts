// The trace: one line for each message that was sent and for each receive, in columns for people.

import type { TapDelivery, TapEvent, TapMessage, TapReceive, TapVerdict } from '../api.js'
import { errnoName, NETLINK_CONNECTOR, NETLINK_PROTOCOLS, nameOf, tryDecodeConnectorMessage } from '../uapi/index.js'
import { asObject } from '../user/index.js'
import { destination, portNames, taskName, VERDICTS } from './words.js'

const NS_PER_SECOND = 1000000000n
const NS_PER_MICROSECOND = 1000n
const MICROSECOND_DIGITS = 6
const PREFIX = 'NETLINK_'
const KERNEL = 'kernel'
/** So many ports of one verdict are named. */
const MOST_PORTS = 4
/** Verdicts that need no port to be told: it is as it should be. */
const USUAL: readonly TapVerdict[] = ['handled', 'queued']

/** The columns: names, widths, and whether numbers are put to the right. What is longer than its column moves the rest. */
const COLUMNS = [
  { name: 'TIME', width: 14, right: true },
  { name: 'NUMBER', width: 8, right: true },
  { name: 'EVENT', width: 5, right: false },
  { name: 'PROTOCOL', width: 14, right: false },
  { name: 'FROM', width: 24, right: false },
  { name: 'TO', width: 24, right: false },
  { name: 'LENGTH', width: 6, right: true },
  { name: 'RESULT', width: 13, right: false },
  { name: 'VERDICTS', width: 28, right: false },
  { name: 'CONNECTOR', width: 0, right: false },
] as const

/** The names of the columns, above what {@link traceLine} gives. */
export const TRACE_HEADER: string = /* @__PURE__ */ row(COLUMNS.map(({ name }) => name))

/**
 * One event as a line, without a line's end. Its columns are two blanks apart, and "-" where there is nothing to tell:
 *
 * | column | what |
 * | --- | --- |
 * | TIME | virtual seconds since boot, 6 decimals |
 * | NUMBER | the message's number; 0 for an error that was received |
 * | EVENT | `send`, or `recv` |
 * | PROTOCOL | the name without NETLINK_, or the number |
 * | FROM | `comm[pid]:port`, or `kernel`; of a receive, the port that the message came from |
 * | TO | `port N`, `group N` or `kernel`, or `group N, port N` and `group N, kernel`; of a receive, `comm[pid]:port` |
 * | LENGTH | bytes of the whole message |
 * | RESULT | what the call answered: bytes, 0, or `-ERRNO` |
 * | VERDICTS | at how many receivers what became of it, and the ports of those that did not just get it: `3 queued, 1 no-room (port 7)` |
 * | CONNECTOR | of a message of the connector that was sent: `idx:val seq N ack N` |
 *
 * Control characters in names are written as `\x0a`.
 *
 * @throws TypeError for what is no event
 * @example kernel.tap((event) => console.log(traceLine(event)))
 */
export function traceLine(event: TapEvent): string {
  const { kind: told } = asObject(event, 'event')
  if (told !== 'message' && told !== 'receive') throw new TypeError('event must be what kernel.tap() tells')
  const ends = event.kind === 'message' ? messageCells(event) : receiveCells(event)
  const protocol = (nameOf(NETLINK_PROTOCOLS, event.protocol) ?? String(event.protocol)).replace(PREFIX, '')
  const { kind, from, to, length, verdicts, connector } = ends
  const result = event.result < 0 ? `-${errnoName(event.result)}` : String(event.result)
  return row([seconds(event.time), String(event.number), kind, protocol, from, to, length, result, verdicts, connector])
}

/** The cells that differ between what is sent and what is received. */
type Cells = Record<'kind' | 'from' | 'to' | 'length' | 'verdicts' | 'connector', string>

function messageCells(event: TapMessage): Cells {
  return {
    kind: 'send',
    from: event.portid === 0 ? KERNEL : `${taskName(event.comm, event.creds.pid)}:${event.portid}`,
    to: destination(event, KERNEL),
    length: String(event.data.length),
    verdicts: verdictsOf(event.deliveries),
    connector: connectorOf(event),
  }
}

function receiveCells(event: TapReceive): Cells {
  // An error comes from nowhere.
  const from = event.number === 0 ? '-' : portNames([event.from], 1, KERNEL)
  const to = `${taskName(event.comm, event.pid)}:${event.portid}`
  return { kind: 'recv', from, to, length: String(event.length), verdicts: '-', connector: '-' }
}

function verdictsOf(deliveries: readonly TapDelivery[]): string {
  const told = VERDICTS.flatMap((verdict) => {
    const ports = deliveries.filter((delivery) => delivery.verdict === verdict).map(({ portid }) => portid)
    if (ports.length === 0) return []
    const count = `${ports.length} ${verdict}`
    if (USUAL.includes(verdict)) return [count]
    return [`${count} (${portNames(ports, MOST_PORTS, KERNEL)})`]
  })
  return told.length === 0 ? '-' : told.join(', ')
}

function connectorOf({ protocol, data }: TapMessage): string {
  const message = protocol === NETLINK_CONNECTOR ? tryDecodeConnectorMessage(data) : null
  if (message === null) return '-'
  const { id, seq, ack } = message.msg
  return `${id.idx}:${id.val} seq ${seq} ack ${ack}`
}

function seconds(time: bigint): string {
  const fraction = (time % NS_PER_SECOND) / NS_PER_MICROSECOND
  return `${time / NS_PER_SECOND}.${String(fraction).padStart(MICROSECOND_DIGITS, '0')}`
}

function row(cells: readonly string[]): string {
  const padded = COLUMNS.map(({ width, right }, index) => {
    const cell = cells[index] ?? ''
    return right ? cell.padStart(width) : cell.padEnd(width)
  })
  return padded.join('  ').trimEnd()
}
