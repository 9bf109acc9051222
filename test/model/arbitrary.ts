// Which sequences come: mostly calls that mean something, sizes and numbers around the edges of the rules.
import fc from 'fast-check'
import type { Call, CallName, Calls, Payload, PortName } from './calls.js'

const small = fc.nat(7)
const sock = small
/** Mostly root in the initial namespace, so that sockets meet. */
const task = fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 2, 3, 4)

const port: fc.Arbitrary<PortName> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ of: fc.constant('sock' as const), index: small }) },
  { weight: 2, arbitrary: fc.record({ of: fc.constant('number' as const), number: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ of: fc.constant('task' as const), index: task }) },
  {
    weight: 1,
    arbitrary: fc.record({
      of: fc.constant('number' as const),
      number: fc.constantFrom(1, 77, 0xfffff000, 0x80000001),
    }),
  },
)

/** Any port but that of the kernel is what most unicasts want. */
const EDGES = [1, 35, 36, 40, 100, 256, 257, 704, 705, 1728, 1729, 2100, 3776, 3777, 4000, 4576, 4577, 7872, 7873, 9000]
const size = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1, 36, 100, 256, 257, 704) },
  fc.constantFrom(0, ...EDGES),
)
const dataSize = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 4, 33) },
  fc.constantFrom(220, 221, 669, 1693, 3741, 3745, 5000),
)

const bit = (group: number) => (1 << (group - 1)) >>> 0
/** The lowest numbers, so that sockets meet; an even one, and the ends. */
const group = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(1, 2, 3) },
  fc.constantFrom(0, 9, 31, 32, 33, 40, 41, 77),
)
const oftenNone = fc.oneof(fc.constant(0), group)
const mask = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 1, 2, 3, 5) },
  fc.constantFrom(bit(31), bit(32), 0x80000001, 0xffffffff, 0x55555555, bit(9)),
)
const onlyMask = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 0, 1, 2, 4) }, mask)

const lie = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(-40, -1, 1, 100, 0x8000000f))
const payload: fc.Arbitrary<Payload> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('raw' as const), size, fill: fc.nat(255) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cn' as const),
      id: fc.nat(5),
      seq: fc.nat(1000),
      data: dataSize,
      lie,
      lenLie: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1)),
    }),
  },
)

type Fields<K extends CallName> = { [F in keyof Calls[K]]: fc.Arbitrary<Calls[K][F]> }

function call<K extends CallName>(weight: number, name: K, fields: Fields<K>) {
  const arbitrary = fc.record({ do: fc.constant(name), ...fields } as never) as unknown as fc.Arbitrary<Call>
  return { weight, arbitrary }
}

const times = fc.constantFrom(1, 1, 1, 1, 2, 4, 8)
const id = fc.nat(4)
const bool = fc.boolean()
const rarely = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true))
const portid = port
const room = fc.oneof({ weight: 4, arbitrary: fc.constant(10_000) }, fc.constantFrom(0, 1, 16, 36, 100, 256, 703, 4000))

export const anyCall: fc.Arbitrary<Call> = fc.oneof(
  call(14, 'open', {
    task,
    protocol: fc.oneof({ weight: 30, arbitrary: fc.constantFrom(2, 2, 11, 11, 11, 20) }, fc.constantFrom(3, 31, 32)),
    dgram: bool,
    rcvbuf: fc.constantFrom(null, 0, 0, 1500, 3000, 12000),
    groups: fc.constantFrom(null, 0, 1, 1, 2, 3, 7),
  }),
  call(3, 'close', { sock }),
  call(12, 'bind', { sock, port, groups: mask }),
  call(4, 'connect', { sock, port, groups: onlyMask }),
  call(1, 'disconnect', { sock }),
  call(10, 'membership', {
    sock,
    group,
    join: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
  }),
  call(5, 'flag', { sock, flag: fc.constantFrom('NO_ENOBUFS', 'BROADCAST_ERROR', 'PKTINFO', 'PASSCRED'), on: bool }),
  call(3, 'buffer', {
    sock,
    which: fc.constantFrom('RCVBUF', 'RCVBUF', 'RCVBUF', 'SNDBUF', 'RCVBUFFORCE', 'SNDBUFFORCE'),
    value: fc.constantFrom(0, 1151, 1152, 1153, 2304, 4000, 100_000, 4_194_304, 5_000_000, -1, 0x7fffffff),
  }),
  call(2, 'caps', { task, caps: fc.constantFrom('all', 'none', 'admin') }),
  call(1, 'exit', { task }),
  call(8, 'send', { times, sock, payload }),
  call(22, 'sendto', { times, sock, payload, port, groups: onlyMask }),
  call(20, 'recv', {
    times,
    sock,
    room,
    peek: rarely,
    trunc: rarely,
    by: fc.oneof(
      { weight: 4, arbitrary: fc.constant('recvmsg' as const) },
      fc.constantFrom('recv', 'recvfrom', 'read'),
    ),
    controllen: fc.oneof(
      { weight: 4, arbitrary: fc.constant(256) },
      fc.constantFrom(0, 15, 16, 18, 20, 24, 39, 40, 52),
    ),
  }),
  call(2, 'soError', { sock }),
  call(2, 'meminfo', { sock }),
  call(2, 'memberships', { sock }),
  call(10, 'cnSend', { times, id, data: dataSize, portid, group: oftenNone, atomic: bool, old: rarely }),
  call(2, 'cnSendMult', { id, data: dataSize, len: dataSize, portid, group: oftenNone, atomic: bool }),
  call(4, 'addCallback', { id, replies: bool }),
  call(1, 'delCallback', { id }),
  call(1, 'watch', {
    first: fc.nat(3),
    range: fc.constantFrom(0, 1, 2, 0xffffffff),
    group: fc.constantFrom(0, 1, 2, 3),
  }),
  call(3, 'idle', {}),
  call(3, 'unicast', { times, size, portid, nonblock: bool }),
  call(6, 'broadcast', { times, size, portid, group }),
  call(2, 'notify', { size, portid, group, report: bool }),
  call(1, 'setErr', { portid, group, code: fc.constantFrom(105, 1, 5) }),
  call(1, 'listeners', { group }),
)

/** A machine and what is done with it. */
export const scenario = fc.record({
  profile: fc.constantFrom('default' as const, 'LINUX_6' as const, 'LINUX_2_6_14' as const),
  seed: fc.nat(0xffffffff),
  calls: fc.array(anyCall, { minLength: 20, maxLength: 100, size: 'max' }),
})

export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never
