// The other calls of a sequence: sockets are made, named and closed; tasks change and end.

import fc from 'fast-check'
import type { Json } from '../replay/json.js'
import {
  alone,
  type Draft,
  LAST_SOCKET,
  mostly,
  NEW_PID,
  NEW_SOCKET,
  NEW_TASK,
  seldom,
  sockRef,
  step,
  taskRef,
  weighted,
} from './draft.js'
import { receives, sends } from './messages.js'
import { moreToTell, options, smallBuffer } from './options.js'
import { addressOf, addressRoom, addrlen, groupMask, ownPort, targetMask, targetPort } from './values.js'

const sock = sockRef
const task = taskRef
const usualProtocol = fc.constantFrom(2, 2, 2, 2, 11)

const socket = step('socket', {
  task,
  as: fc.constant(NEW_SOCKET),
  family: fc.constant(16),
  type: fc.constantFrom(3, 3, 2),
  protocol: usualProtocol,
})
/** Arguments that every kernel refuses: which other protocols there are depends on how it was built. */
const refused = fc.oneof(
  step('socket', {
    task,
    as: fc.constant('none'),
    family: fc.constant(16),
    type: fc.constantFrom(0, 1, 4, 5, 6, 10),
    protocol: usualProtocol,
  }),
  step('socket', {
    task,
    as: fc.constant('none'),
    family: fc.constant(16),
    type: fc.constantFrom(2, 3),
    protocol: fc.constantFrom(-1, 32, 33, 1000),
  }),
  step('socketpair', { task, family: fc.constant(16), type: fc.constantFrom(2, 3), protocol: usualProtocol }),
)

const bindLast = step('bind', { sock: fc.constant(LAST_SOCKET), addr: addressOf(ownPort, groupMask) })
const member = step('bind', {
  sock: fc.constant(LAST_SOCKET),
  addr: addressOf(ownPort, fc.constantFrom(1, 1, 2, 3)),
})

/** A socket as programs make one, ready to meet the others. */
const opened: fc.Arbitrary<Draft> = fc
  .tuple(socket, seldom(2, smallBuffer), seldom(3, moreToTell), seldom(2, fc.oneof(bindLast, member)))
  .map((steps) => steps.filter((one) => one !== undefined))

const bind = step('bind', {
  sock,
  addr: mostly(30, addressOf(ownPort, groupMask), fc.constant(undefined) as fc.Arbitrary<never>),
  addrlen,
})
const connect = step('connect', {
  sock,
  addr: mostly(30, addressOf(targetPort, targetMask), fc.constant(undefined) as fc.Arbitrary<never>),
  addrlen,
})
const disconnect = step('connect', {
  sock,
  addr: fc.constant({ pid: 0, groups: 0, family: 0 }),
  addrlen: seldom(3, fc.constantFrom(0, 1, 2, 3)),
})
const getsockname = step('getsockname', { sock, addrlen: addressRoom })
const getpeername = step('getpeername', { sock, addrlen: addressRoom })
const close = step('close', { sock })

const event = fc.constantFrom<string>(
  'POLLIN',
  'POLLOUT',
  'POLLRDNORM',
  'POLLERR',
  'POLLWRNORM',
  'POLLPRI',
  'POLLHUP',
  'POLLRDHUP',
  'POLLRDBAND',
  'POLLWRBAND',
  'POLLMSG',
)
const poll = step('poll', {
  sock,
  events: mostly(3, fc.constant<string[]>(['POLLIN', 'POLLOUT']), fc.uniqueArray(event, { maxLength: 5 })),
})
const ioctl = step('ioctl', {
  sock,
  request: fc.constantFrom<Json>(
    'FIONREAD',
    'SIOCOUTQ',
    'FIONBIO',
    'SIOCATMARK',
    'TCGETS',
    'FIOCLEX',
    'FIONCLEX',
    0x12345678,
  ),
  value: seldom(2, fc.constantFrom(0, 1, 5)),
})
const unusual = fc.oneof(
  ioctl,
  step('shutdown', { sock, how: fc.constantFrom<Json>('SHUT_RD', 'SHUT_WR', 'SHUT_RDWR', 3, -1) }),
  step('listen', { sock, backlog: fc.constantFrom(0, 5, -1) }),
  step('accept', { sock }),
  refused,
)

const table = step('proc_net_netlink', { task, protocol: usualProtocol })

export const caps: fc.Arbitrary<Json> = fc.oneof(
  weighted(3, fc.constant<Json>('all')),
  weighted(1, fc.constant<Json>([])),
  weighted(
    3,
    fc.uniqueArray(
      fc.constantFrom(
        'CAP_NET_ADMIN',
        'CAP_NET_ADMIN',
        'CAP_NET_BROADCAST',
        'CAP_SYS_ADMIN',
        'CAP_SETUID',
        'CAP_SETGID',
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  ),
)
const setcaps = step('setcaps', { task, caps })
const id = fc.constantFrom(0, 0, 1000, 1001)
const setresgid = step('setresgid', { task, rgid: id, egid: id, sgid: id })
const setresuid = step('setresuid', { task, ruid: id, euid: id, suid: id })
/** A child has its parent's credentials, and none of its sockets. */
const fork = step('fork', { task, as: fc.constant(NEW_TASK), pid: fc.constant(NEW_PID) })
const exit = fc.oneof(
  step('exit', { task, code: fc.constantFrom(0, 3) }),
  step('kill', { task, sig: fc.constant('SIGKILL') }),
)

const others: fc.Arbitrary<Draft> = fc.oneof(
  weighted(20, alone(bind)),
  weighted(10, alone(connect)),
  weighted(2, alone(disconnect)),
  weighted(8, alone(getsockname)),
  weighted(4, alone(getpeername)),
  weighted(5, alone(close)),
  weighted(8, alone(poll)),
  weighted(4, alone(unusual)),
  weighted(4, alone(table)),
  weighted(4, alone(setcaps)),
  weighted(2, alone(setresgid)),
  weighted(2, alone(setresuid)),
  weighted(2, alone(fork)),
  weighted(2, alone(exit)),
)

export const start: fc.Arbitrary<Draft> = fc
  .array(opened, { minLength: 2, maxLength: 4 })
  .map((drafts) => drafts.flat())

/** One draft of a sequence. */
export const draft: fc.Arbitrary<Draft> = fc.oneof(
  weighted(8, opened),
  weighted(25, others),
  weighted(28, sends),
  weighted(20, receives),
  weighted(22, options),
)
