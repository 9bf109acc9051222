// The calls of which sequences are made: what each takes, as plain data that prints and shrinks well. Sockets, tasks and ports are
// named by their place, never by number, so that a sequence means the same when a part of it is left out.
import type { Profile } from '../../src/api.js'

/** A port: that of an open socket, the process id of a task, or a number. */
export type PortName =
  | { readonly of: 'sock'; readonly index: number }
  | { readonly of: 'task'; readonly index: number }
  | { readonly of: 'number'; readonly number: number }

/** The bytes of a datagram: anything, or a connector message whose lengths may lie. */
export type Payload =
  | { readonly kind: 'raw'; readonly size: number; readonly fill: number }
  | {
      readonly kind: 'cn'
      readonly id: number
      readonly seq: number
      readonly data: number
      /** Added to nlmsg_len. */
      readonly lie: number
      /** Added to cn_msg.len. */
      readonly lenLie: number
    }

export type FlagName = 'NO_ENOBUFS' | 'BROADCAST_ERROR' | 'PKTINFO' | 'PASSCRED'
export type ReceiveBy = 'recv' | 'recvfrom' | 'recvmsg' | 'read'
export type CapSet = 'all' | 'none' | 'admin'

/** Several of the same, so that queues fill up. */
interface Repeated {
  readonly times: number
}

interface Sent {
  readonly portid: PortName
  readonly group: number
}

/** Every call with what it takes. */
export interface Calls {
  /** With `groups` it is bound at once. */
  open: { task: number; protocol: number; dgram: boolean; rcvbuf: number | null; groups: number | null }
  close: { sock: number }
  bind: { sock: number; port: PortName; groups: number }
  connect: { sock: number; port: PortName; groups: number }
  disconnect: { sock: number }
  membership: { sock: number; group: number; join: boolean }
  flag: { sock: number; flag: FlagName; on: boolean }
  buffer: { sock: number; which: 'RCVBUF' | 'SNDBUF' | 'RCVBUFFORCE' | 'SNDBUFFORCE'; value: number }
  caps: { task: number; caps: CapSet }
  exit: { task: number }
  send: Repeated & { sock: number; payload: Payload }
  sendto: Repeated & { sock: number; payload: Payload; port: PortName; groups: number }
  recv: Repeated & { sock: number; room: number; peek: boolean; trunc: boolean; by: ReceiveBy; controllen: number }
  soError: { sock: number }
  meminfo: { sock: number }
  memberships: { sock: number }
  cnSend: Repeated & Sent & { id: number; data: number; atomic: boolean; old: boolean }
  cnSendMult: Sent & { id: number; data: number; len: number; atomic: boolean }
  addCallback: { id: number; replies: boolean }
  delCallback: { id: number }
  watch: { first: number; range: number; group: number }
  idle: Record<never, never>
  unicast: Repeated & { size: number; portid: PortName; nonblock: boolean }
  broadcast: Repeated & { size: number; portid: PortName; group: number }
  notify: { size: number; portid: PortName; group: number; report: boolean }
  setErr: { portid: PortName; group: number; code: number }
  listeners: { group: number }
}

export type CallName = keyof Calls
export type Call = { [K in CallName]: { readonly do: K } & Readonly<Calls[K]> }[CallName]

/** What both sides give back: plain data, compared field by field. */
export type Answer = unknown

/** What a side must do with each call. */
export type Side = { [K in CallName]: (call: Readonly<Calls[K]>) => Answer } & {
  /** All that can be seen from outside without changing anything. */
  look(): unknown
}

/** A protocol of a module, beside NETLINK_USERSOCK and NETLINK_CONNECTOR. */
export const MODULE_PROTOCOL = 20
export const MODULE_GROUPS = 40

/** Ids that callbacks are registered for. The last has no group of the first 32. */
export const IDS = [
  { idx: 1, val: 7 },
  { idx: 2, val: 1 },
  { idx: 2, val: 2 },
  { idx: 9, val: 0 },
  { idx: 40, val: 1 },
] as const

export const idAt = (index: number) => IDS[index % IDS.length] as (typeof IDS)[number]

export interface TaskPlan {
  readonly uid: number
  readonly gid: number
  readonly caps: CapSet
  readonly netns: string | null
}

/** Who opens sockets. */
export const TASKS: readonly TaskPlan[] = [
  { uid: 0, gid: 0, caps: 'all', netns: null },
  { uid: 1000, gid: 100, caps: 'none', netns: null },
  { uid: 1001, gid: 1001, caps: 'admin', netns: null },
  { uid: 0, gid: 0, caps: 'all', netns: 'other' },
  { uid: 1000, gid: 100, caps: 'none', netns: 'other' },
]

export const capsOf = (caps: CapSet): 'all' | string[] =>
  caps === 'all' ? 'all' : caps === 'admin' ? ['CAP_NET_ADMIN'] : []

export type ProfileRules = Pick<Profile, 'dispatch' | 'notifications' | 'connectorGroups'>

/** The bytes that a payload stands for. */
export function bytesOf(payload: Payload): Uint8Array {
  if (payload.kind === 'raw') {
    return Uint8Array.from({ length: payload.size }, (_, at) => (payload.fill + at * 7) & 0xff)
  }
  const bytes = new Uint8Array(36 + payload.data)
  const view = new DataView(bytes.buffer)
  const { idx, val } = idAt(payload.id)
  view.setUint32(0, bytes.length + payload.lie, true)
  view.setUint32(16, idx, true)
  view.setUint32(20, val, true)
  view.setUint32(24, payload.seq, true)
  view.setUint32(28, payload.seq * 3, true)
  view.setUint16(32, payload.data + payload.lenLie, true)
  view.setUint16(34, payload.seq & 3, true)
  for (let at = 36; at < bytes.length; at++) bytes[at] = (payload.seq + at) & 0xff
  return bytes
}

/** Data that the kernel sends. */
export const dataOf = (size: number) => Uint8Array.from({ length: size }, (_, at) => (size + at * 3) & 0xff)

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** The answers of a call made several times. */
export const repeated = (times: number, call: () => Answer): Answer => Array.from({ length: times }, call)
