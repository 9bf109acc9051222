// The state of a kernel as text.

import { taskName } from '../../capture/words.js'
import type { QueuedMessage, SocketState } from '../../index.js'
import { errnoName, NETLINK_PROTOCOLS, nameOf } from '../../uapi/index.js'
import type { Paint } from '../frame/colours.js'
import { counted, table } from '../frame/table.js'
import { fieldsOf, hexOf } from './message-words.js'
import { type Place, PROC_FILES } from './state.js'

const BAR = 24
const HEX_BYTES = 48
/** Messages of one queue, and lines of the log, that are shown unless all are wanted. */
const FEW = 5
const NS_PER_SECOND = 1e9
const INDENT = '  '

export interface TextOptions {
  readonly paint: Paint
  /** Every message and every byte. */
  readonly all: boolean
}

/** Where it is: the calls around, the time, the hash. */
export function placeLines({ at, calls, inside, before, next, stateHash, state }: Place, paint: Paint): string[] {
  const width = String(calls).length
  const row = (what: string, one: { call: number; text: string } | null, none: string) =>
    `${what.padEnd(7)} ${one === null ? `${' '.repeat(width)}  ${none}` : `${String(one.call).padStart(width)}  ${one.text}`}`
  const seconds = (Number(state.time) / NS_PER_SECOND).toFixed(6)
  return [
    paint('bold', at === calls ? `After all ${counted(calls, 'call')}` : `Before call ${at} of ${calls}`) +
      `: ${seconds} s, state ${stateHash}`,
    ...(inside === null ? [] : [row('inside', inside, '')]),
    ...(before !== null && before.call === inside?.call
      ? []
      : [row('before', before, 'nothing: this is where the journal begins')]),
    row('next', next, 'nothing: this is where it ends'),
  ]
}

/** Everything that is there; what there is none of is left out. */
export function stateLines(place: Place, { paint, all }: TextOptions): string[] {
  const { tasks, sockets, groups, callbacks, timers, work } = place.state
  const protocol = protocolName
  const task = table(
    ['PID', 'TGID', 'PARENT', 'UID', 'GID', 'NETNS', 'NAME'],
    tasks.map(({ pid, tgid, parent, uid, gid, netns, comm }) => [pid, tgid, parent, uid, gid, netns, comm]),
  )
  const group = table(
    ['NETNS', 'PROTOCOL', 'GROUP', 'MEMBERS, IN THE ORDER OF SERVICE'],
    groups.map(({ netns, protocol: unit, group: number, members }) => [
      netns,
      protocol(unit),
      number,
      members.map((id) => shortName(sockets, id)).join(', '),
    ]),
  )
  const callback = table(
    ['ID', 'NAME'],
    callbacks.map(({ idx, val, name }) => [`${idx}:${val}`, name]),
  )
  const log = all ? place.dmesg : place.dmesg.slice(-FEW * 2)
  const older = place.dmesg.length - log.length
  return [
    ...section('Tasks', tasks.length, task, paint),
    ...section('Sockets', sockets.length, socketLines(sockets, all), paint),
    ...section('Groups', groups.length, group, paint),
    ...section('Callbacks', callbacks.length, callback, paint),
    ...section('Modules', place.state.modules.length, place.state.modules, paint),
    ...section('Timers', timers.length, [`at jiffies ${timers.map(({ expires }) => expires).join(', ')}`], paint),
    ...section('Work', work, [`${counted(work, 'piece')} queued`], paint),
    ...section('Log', log.length, [...(older > 0 ? [`(${counted(older, 'line')} before)`] : []), ...log], paint),
  ]
}

/** The files of /proc, one behind the other. */
export function procLines({ proc }: Place, paint: Paint): string[] {
  return PROC_FILES.flatMap((path) => {
    const text = proc[path]
    const lines = text === null ? ['(there is none)'] : text === '' ? ['(empty)'] : text.trimEnd().split('\n')
    return ['', paint('bold', path), ...lines]
  })
}

function section(title: string, count: number, lines: readonly string[], paint: Paint): string[] {
  return count === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => INDENT + line)]
}

const protocolName = (protocol: number): string =>
  nameOf(NETLINK_PROTOCOLS, protocol)?.replace('NETLINK_', '') ?? String(protocol)

/** A member of a group: `5 (port 1001)`. */
function shortName(sockets: readonly SocketState[], id: number): string {
  const socket = sockets.find((one) => one.id === id)
  return `socket ${id}${socket?.bound ? ` (port ${socket.portid})` : ''}`
}

function socketLines(sockets: readonly SocketState[], all: boolean): string[] {
  return sockets.flatMap((socket) => [
    headline(socket),
    ...[bufferLine(socket), ...queueLines(socket, all)].map((line) => INDENT + line),
  ])
}

function headline(socket: SocketState): string {
  const { id, comm, pid, protocol, netns, bound, portid, groups, peer } = socket
  const parts = [
    `${id}: ${taskName(comm, pid)}`,
    protocolName(protocol),
    bound ? `port ${portid}` : 'no port',
    ...(groups.length > 0 ? [`group${groups.length === 1 ? '' : 's'} ${groups.join(', ')}`] : []),
    ...(peer === null ? [] : [`peer: port ${peer.portid}${peer.group === 0 ? '' : `, group ${peer.group}`}`]),
    ...(netns === 0 ? [] : [`network namespace ${netns}`]),
  ]
  return parts.join(', ')
}

/** `[######------------------] 23040 of 212992 bytes, 30 messages, 4 drops, congested` */
function bufferLine({ rmem, rcvbuf, queue, drops, congested, error, filtered, ...flags }: SocketState): string {
  const filled = Math.min(BAR, Math.ceil((BAR * rmem) / Math.max(1, rcvbuf)))
  const parts = [
    `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${rmem} of ${rcvbuf} bytes`,
    counted(queue.length, 'message'),
    ...(drops > 0 ? [counted(drops, 'drop')] : []),
    ...(congested ? ['congested'] : []),
    ...(error === 0 ? [] : [`${errnoName(error)} pending`]),
    ...(filtered ? ['filter attached'] : []),
    ...(flags.noEnobufs ? ['NETLINK_NO_ENOBUFS'] : []),
    ...(flags.broadcastError ? ['NETLINK_BROADCAST_ERROR'] : []),
  ]
  return parts.join(', ')
}

function queueLines({ queue, protocol }: SocketState, all: boolean): string[] {
  const shown = all ? queue : queue.slice(0, FEW)
  const width = Math.max(0, ...shown.map(({ number }) => String(number).length))
  const lines = shown.flatMap((message) => [
    `#${String(message.number).padEnd(width)} ${messageLine(message, protocol)}`,
    `${' '.repeat(width + 1)} ${hexOf(message.data, all ? Number.POSITIVE_INFINITY : HEX_BYTES)}`,
  ])
  const rest = queue.length - shown.length
  return rest > 0 ? [...lines, `and ${counted(rest, 'more message')} (--all shows them)`] : lines
}

function messageLine({ portid, group, truesize, data }: QueuedMessage, protocol: number): string {
  const from = portid === 0 ? 'kernel' : `port ${portid}`
  const to = group === 0 ? '' : ` to group ${group}`
  return `from ${from}${to}, ${counted(data.length, 'byte')} that count ${truesize}: ${fieldsOf(protocol, data)}`
}
