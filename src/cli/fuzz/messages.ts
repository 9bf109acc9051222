// Calls that send and receive.

import fc from 'fast-check'
import type { Json } from '../replay/json.js'
import {
  alone,
  connectedRef,
  type Draft,
  mostly,
  readyRef,
  repeated,
  seldom,
  sockRef,
  step,
  weighted,
} from './draft.js'
import {
  addressOf,
  addressRoom,
  addrlen,
  CHILD_PIDS,
  data,
  PIDS,
  receiveFlags,
  room,
  sendFlags,
  smallData,
  targetMask,
  targetPort,
} from './values.js'

const sock = sockRef
/** Most receives shall find something, most sends without an address a peer. */
const ready = mostly(5, readyRef, sockRef)
const connected = mostly(4, connectedRef, sockRef)
const someAddress = addressOf(targetPort, targetMask)
/** Without an address it goes to the peer. */
const addr = mostly(8, someAddress, fc.constant(undefined) as fc.Arbitrary<Json | undefined>)

const word = (value: number) => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value, true)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Process ids that exist, and some that do not. */
const credPid = mostly(4, fc.constantFrom(...PIDS, ...CHILD_PIDS), fc.constantFrom(0, -1, 4242, 0x7fffffff))
const credId = mostly(4, fc.constantFrom(0, 1000, 1001), fc.constantFrom(-1, 7, 65534))
const ucred = fc.tuple(credPid, credId, credId).map((ids) => ids.map(word).join(''))
const oddBytes = fc.constantFrom(
  '',
  '00',
  '64000000',
  `${word(100)}${word(0)}`,
  `${word(100)}${word(0)}${word(0)}00000000`,
)

const controlItem = fc.oneof(
  weighted(
    8,
    fc.record({
      level: fc.constant('SOL_SOCKET'),
      type: fc.constant('SCM_CREDENTIALS'),
      data: mostly(8, ucred, oddBytes),
    }),
  ),
  weighted(
    1,
    fc.record({
      level: fc.constantFrom<Json>('SOL_SOCKET', 'SOL_NETLINK', 'SOL_IP', 77),
      type: fc.constantFrom<Json>('SCM_CREDENTIALS', 'SCM_RIGHTS', 'SCM_SECURITY', 'NETLINK_PKTINFO', 99),
      data: mostly(3, ucred, oddBytes),
    }),
  ),
  weighted(
    1,
    fc.record({
      level: fc.constant('SOL_SOCKET'),
      type: fc.constant('SCM_CREDENTIALS'),
      data: ucred,
      cmsg_len: fc.constantFrom(0, 1, 15, 16, 27, 29, 32, 100),
    }),
  ),
)
const control = seldom(2, fc.array(controlItem, { minLength: 1, maxLength: 2 }))
const iov = mostly(
  3,
  data.map((one) => [one]),
  fc.array(data, { minLength: 0, maxLength: 3 }),
)

const sendto = step('sendto', { sock, data, flags: sendFlags, addr, addrlen })
const sendmsg = step('sendmsg', { sock, iov, flags: sendFlags, addr, addrlen, control })
const send = step('send', { sock: connected, data, flags: sendFlags })
const write = step('write', { sock: connected, data })
/** What fills buffers. */
const flood = repeated(12, step('sendto', { sock, data: smallData, flags: fc.constant([]), addr: someAddress }))

/** The same for a buffer that nobody has made small. */
const bigFlood = repeated(
  60,
  step('sendto', { sock, data: fc.constantFrom('62*3000', '63*8000'), flags: fc.constant([]), addr: someAddress }),
)

const controllen = mostly(
  3,
  fc.constant<number | undefined>(undefined),
  fc.constantFrom<number | undefined>(0, 1, 8, 15, 16, 17, 18, 20, 23, 24, 27, 28, 32, 39, 40, 52, 56, 64),
)
const buffers = mostly(
  4,
  room.map((one) => [one]),
  fc.array(room, { minLength: 0, maxLength: 3 }),
)

const recv = step('recv', { sock: ready, len: room, flags: receiveFlags })
const read = step('read', { sock: ready, len: room })
const recvfrom = step('recvfrom', { sock: ready, len: room, flags: receiveFlags, addrlen: addressRoom })
const recvmsg = step('recvmsg', { sock: ready, iov: buffers, flags: receiveFlags, controllen, addrlen: addressRoom })
const receive = fc.oneof(weighted(3, recvmsg), weighted(1, recvfrom), weighted(1, recv), weighted(1, read))
const drain = repeated(8, step('recvmsg', { sock: ready, len: fc.constant(300), flags: fc.constant([]) }))

export const sends: fc.Arbitrary<Draft> = fc.oneof(
  weighted(24, alone(sendto)),
  weighted(16, flood),
  weighted(1, bigFlood),
  weighted(12, alone(sendmsg)),
  weighted(8, alone(send)),
  weighted(4, alone(write)),
)

export const receives: fc.Arbitrary<Draft> = fc.oneof(weighted(7, alone(receive)), weighted(2, drain))
