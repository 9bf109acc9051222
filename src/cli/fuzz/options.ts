// Socket options, asked and set, with lengths that fit and lengths that do not.

import fc from 'fast-check'
import type { Json } from '../replay/json.js'
import { alone, type Draft, LAST_SOCKET, mostly, seldom, sockRef, step, weighted } from './draft.js'
import { filter } from './filters.js'
import { groupNumber } from './values.js'

const sock = sockRef
const NETLINK = fc.constant<Json>('SOL_NETLINK')
const NULL = fc.constant<Json>(null)
const SOCKET = fc.constant<Json>('SOL_SOCKET')

const NETLINK_FLAGS = [
  'NETLINK_PKTINFO',
  'NETLINK_PKTINFO',
  'NETLINK_NO_ENOBUFS',
  'NETLINK_NO_ENOBUFS',
  'NETLINK_BROADCAST_ERROR',
  'NETLINK_CAP_ACK',
  'NETLINK_EXT_ACK',
  'NETLINK_GET_STRICT_CHK',
  'NETLINK_LISTEN_ALL_NSID',
]

/** Options that are a switch or a number, and do little or nothing on netlink. */
const PLAIN = [
  'SO_DEBUG',
  'SO_REUSEADDR',
  'SO_DONTROUTE',
  'SO_BROADCAST',
  'SO_KEEPALIVE',
  'SO_OOBINLINE',
  'SO_NO_CHECK',
  'SO_PRIORITY',
  'SO_REUSEPORT',
  'SO_RCVLOWAT',
  'SO_SNDLOWAT',
  'SO_TIMESTAMP',
  'SO_MARK',
  'SO_RXQ_OVFL',
  'SO_PEEK_OFF',
  'SO_BROADCAST',
  'SO_PASSSEC',
  'SO_PASSPIDFD',
]
const READ_ONLY = ['SO_TYPE', 'SO_DOMAIN', 'SO_PROTOCOL', 'SO_ERROR', 'SO_ACCEPTCONN', 'SO_MEMINFO', 'SO_PEERCRED']
const READ_ONLY_TOO = ['SO_PEERNAME', 'SO_PEERPIDFD']

const onOff = mostly(10, fc.constantFrom<Json>(0, 1), fc.constantFrom<Json>(2, -1, 256))
/** Bytes of a value, of all lengths but 4. */
const oddValue = fc.constantFrom<Json>('', '01', '0100', '010000', '0100000000', '0100000002000000', '01*16', '02*40')
/** A length that is not that of the value. Not more than it has: what lies behind it is nobody's business. */
const shorter = seldom(15, fc.constantFrom(-1, 0, 1, 3))

function set(level: fc.Arbitrary<Json>, name: fc.Arbitrary<Json>, value: fc.Arbitrary<Json>) {
  return step('setsockopt', {
    sock,
    level,
    name,
    value: fc.oneof(weighted(40, value), weighted(3, oddValue), weighted(1, NULL)),
    len: shorter,
  })
}

const names = (list: readonly string[]) => fc.constantFrom<Json>(...list)
const join = set(NETLINK, names(['NETLINK_ADD_MEMBERSHIP']), groupNumber as fc.Arbitrary<Json>)
const leave = set(NETLINK, names(['NETLINK_DROP_MEMBERSHIP']), groupNumber as fc.Arbitrary<Json>)
const flag = set(NETLINK, names(NETLINK_FLAGS), onOff)
const passcred = set(SOCKET, names(['SO_PASSCRED']), onOff)

/** What SO_RCVBUF is set to, before it is doubled. */
export const receiveBuffer = fc.oneof(
  weighted(8, fc.constantFrom<Json>(0, 1, 1152, 1153, 1248, 1500, 2500, 4000)),
  weighted(1, fc.constantFrom<Json>(106_496, 4_194_304, 5_000_000, -1, 0x7fffffff)),
)
const sendBuffer = fc.constantFrom<Json>(0, 2303, 2304, 2305, 3000, 10_000, 106_496, 5_000_000, -1, 0x7fffffff)
const buffer = fc.oneof(
  weighted(6, set(SOCKET, names(['SO_RCVBUF', 'SO_RCVBUF', 'SO_RCVBUFFORCE']), receiveBuffer)),
  weighted(2, set(SOCKET, names(['SO_SNDBUF', 'SO_SNDBUFFORCE']), sendBuffer)),
)

const attach = step('setsockopt', {
  sock,
  level: SOCKET,
  name: names(['SO_ATTACH_FILTER']),
  value: filter.map((program) => ({ filter: program }) as unknown as Json),
})
const detach = set(SOCKET, names(['SO_DETACH_FILTER', 'SO_DETACH_FILTER', 'SO_LOCK_FILTER']), onOff)

/** Whole seconds: parts of one are rounded to the kernel's tick. One value has too many microseconds. */
const timeout = fc.constantFrom<Json>('00*16', '05+00*15', 'ff*8+00*8', '01+00*7+40420f0000000000')
const linger = fc.constantFrom<Json>('0000000000000000', '0100000005000000', '00000000ffffffff')
const plain = fc.oneof(
  weighted(4, set(SOCKET, names(PLAIN), fc.constantFrom<Json>(0, 1, 2, 6, 7, 100, -1))),
  weighted(1, set(SOCKET, names(['SO_RCVTIMEO', 'SO_SNDTIMEO']), timeout)),
  weighted(1, set(SOCKET, names(['SO_LINGER']), linger)),
  weighted(1, set(SOCKET, names([...READ_ONLY, ...READ_ONLY_TOO]), onOff)),
)

const LEVELS: readonly Json[] = ['SOL_IP', -1, 0, 2, 6, 269, 271]
const unknown = fc.oneof(
  fc.tuple(NETLINK, fc.constantFrom<Json>(-1, 0, 6, 7, 13, 14, 99)),
  fc.tuple(SOCKET, fc.constantFrom<Json>(-1, 0, 200, 1000)),
  fc.tuple(fc.constantFrom(...LEVELS), fc.constantFrom<Json>(1, 3, 8)),
)
const unknownSet = unknown.chain(([level, name]) => set(fc.constant(level), fc.constant(name), onOff))

const length = mostly(3, fc.constant(4), fc.constantFrom(-1, 0, 1, 2, 3, 8, 12, 13, 16, 32, 35, 36, 40, 64))

function get(level: fc.Arbitrary<Json>, name: fc.Arbitrary<Json>, len: fc.Arbitrary<number> = length) {
  return step('getsockopt', { sock, level, name, len })
}

const meminfo = get(SOCKET, names(['SO_MEMINFO']), fc.constant(36))
const gets = fc.oneof(
  weighted(4, meminfo),
  weighted(3, get(SOCKET, names(['SO_ERROR', 'SO_RCVBUF', 'SO_SNDBUF', 'SO_PASSCRED', 'SO_LOCK_FILTER']))),
  weighted(
    2,
    get(SOCKET, names([...PLAIN, ...READ_ONLY, ...READ_ONLY_TOO, 'SO_LINGER', 'SO_RCVTIMEO', 'SO_SNDTIMEO'])),
  ),
  weighted(2, get(NETLINK, names(NETLINK_FLAGS))),
  weighted(2, get(NETLINK, names(['NETLINK_LIST_MEMBERSHIPS']), fc.constantFrom(0, 1, 3, 4, 5, 8, 12))),
  weighted(
    1,
    unknown.chain(([level, name]) => get(fc.constant(level), fc.constant(name))),
  ),
)

export const options: fc.Arbitrary<Draft> = fc.oneof(
  weighted(8, alone(join)),
  weighted(3, alone(leave)),
  weighted(5, alone(flag)),
  weighted(4, alone(passcred)),
  weighted(6, alone(buffer)),
  weighted(5, alone(attach)),
  weighted(2, alone(detach)),
  weighted(2, alone(plain)),
  weighted(1, alone(unknownSet)),
  weighted(10, alone(gets)),
)

/** For the socket that was just made, as programs do: a small buffer. */
export const smallBuffer = step('setsockopt', {
  sock: fc.constant(LAST_SOCKET),
  level: SOCKET,
  name: names(['SO_RCVBUF']),
  value: receiveBuffer,
})

/** For the socket that was just made: more to be told with each message. */
export const moreToTell = fc.oneof(
  lastFlag('SOL_SOCKET', 'SO_PASSCRED'),
  lastFlag('SOL_NETLINK', 'NETLINK_PKTINFO'),
  lastFlag('SOL_NETLINK', 'NETLINK_NO_ENOBUFS'),
)

function lastFlag(level: string, name: string) {
  const [of, called, value] = [fc.constant(level), fc.constant(name), fc.constant(1)]
  return step('setsockopt', { sock: fc.constant(LAST_SOCKET), level: of, name: called, value })
}
