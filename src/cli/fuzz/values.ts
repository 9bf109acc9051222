// The values that calls are given: sizes and numbers around the edges of the rules, addresses, data, flags.

import fc from 'fast-check'
import type { Json } from '../replay/json.js'
import { mostly, portRef, seldom, weighted } from './draft.js'

/** The process ids of the tasks; behind the first ones those of the children that they may have. */
export const PIDS = [100, 200, 300] as const
export const CHILD_PIDS = [400, 500] as const
const ALL_PIDS = [...PIDS, ...PIDS, ...CHILD_PIDS]

/** Where the cost of a message changes, one less and one more; and the largest that fits the default SO_SNDBUF. */
const EDGES = [255, 256, 257, 703, 704, 705, 1727, 1728, 1729, 3775, 3776, 3777, 4000, 7872, 7873, 8192]
const LARGE = [16384, 20000, 32736, 32737, 65536, 100_000, 212_960, 212_961]

const length = fc.oneof(
  weighted(12, fc.constantFrom(1, 2, 3, 4, 8, 16, 17, 20, 36, 40, 64, 65, 100)),
  weighted(6, fc.constantFrom(...EDGES)),
  weighted(2, fc.integer({ min: 1, max: 5000 })),
  weighted(1, fc.constantFrom(...LARGE)),
  weighted(1, fc.constant(0)),
)

const byte = fc.nat(255).map((value) => value.toString(16).padStart(2, '0'))
const randomHex = fc.array(byte, { minLength: 1, maxLength: 40 }).map((bytes) => bytes.join(''))

/** The bytes of a message: a run, or a few that differ (filters look at them). */
export const data: fc.Arbitrary<string> = fc.oneof(
  weighted(
    3,
    fc.tuple(byte, length).map(([value, count]) => (count === 0 ? '' : `${value}*${count}`)),
  ),
  weighted(1, randomHex),
)

/** Data that costs little, for what is sent often. */
export const smallData: fc.Arbitrary<string> = fc
  .tuple(byte, fc.constantFrom(1, 16, 100, 256, 257, 704))
  .map(([value, count]) => `${value}*${count}`)

const bit = (group: number) => 2 ** (group - 1)

/** nl_groups: mostly the first ones, so that sockets meet. */
export const groupMask = fc.oneof(
  weighted(8, fc.constantFrom(0, 1, 1, 1, 2, 3, 5)),
  weighted(1, fc.constantFrom(bit(3), bit(31), bit(32), 0xffffffff, 0x80000001, 0x55555555)),
)

/** The groups of a destination. */
export const targetMask = fc.oneof(weighted(4, fc.constantFrom(0, 1, 1, 2, 4)), weighted(1, groupMask))

/** A group as options name it. */
export const groupNumber = mostly(6, fc.constantFrom(1, 1, 2, 3), fc.constantFrom(0, 4, 31, 32, 33, 64, -1, 0x7fffffff))

/** Numbers that no process has and Linux does not draw by itself. */
const ODD_PORTS = [1, 77, 4242, 0x7fffffff, 0x80000001, 0xfffff000, 0xffffffff]

export const ownPort: fc.Arbitrary<Json> = fc.oneof(
  weighted(6, fc.constant<Json>(0)),
  weighted(2, fc.constantFrom<Json>(...ALL_PIDS)),
  weighted(2, fc.constantFrom<Json>(...ODD_PORTS)),
  weighted(2, portRef as fc.Arbitrary<Json>),
)

export const targetPort: fc.Arbitrary<Json> = fc.oneof(
  weighted(10, portRef as fc.Arbitrary<Json>),
  weighted(3, fc.constant<Json>(0)),
  weighted(2, fc.constantFrom<Json>(...ALL_PIDS)),
  weighted(1, fc.constantFrom<Json>(...ODD_PORTS)),
)

const family = seldom(25, fc.constantFrom(0, 1, 2, 17, 0xffff))
const pad = seldom(40, fc.constantFrom(1, 0xffff))

export function addressOf(pid: fc.Arbitrary<Json>, groups: fc.Arbitrary<number>): fc.Arbitrary<Json> {
  return fc.record({ pid, groups, family, pad }).map((made) => {
    return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as Json
  })
}

/** The length given with an address. */
export const addrlen = seldom(15, fc.constantFrom(-1, 0, 1, 2, 3, 4, 8, 11, 12, 13, 16, 127, 128, 129, 4096))

/** The room given for an address. Not 5 to 7: a part of a random port has no name (docs/fuzzing.md). */
export const addressRoom = seldom(8, fc.constantFrom(-1, 0, 1, 2, 4, 8, 10, 11, 12, 13, 128))

export const sendFlags = flagList(
  ['MSG_DONTWAIT', 'MSG_NOSIGNAL', 'MSG_TRUNC', 'MSG_MORE', 'MSG_CONFIRM', 'MSG_EOR', 'MSG_DONTROUTE', 'MSG_PEEK'],
  ['MSG_OOB', 'MSG_PROBE', 'MSG_WAITALL', 'MSG_ERRQUEUE', 'MSG_CTRUNC', 'MSG_CMSG_CLOEXEC'],
)

export const receiveFlags = flagList(
  ['MSG_DONTWAIT', 'MSG_PEEK', 'MSG_PEEK', 'MSG_TRUNC', 'MSG_TRUNC', 'MSG_CMSG_CLOEXEC'],
  ['MSG_OOB', 'MSG_WAITALL', 'MSG_ERRQUEUE', 'MSG_CTRUNC', 'MSG_NOSIGNAL', 'MSG_EOR', 'MSG_WAITFORONE'],
)

function flagList(common: readonly string[], rare: readonly string[]): fc.Arbitrary<string[]> {
  const flag = mostly(10, fc.constantFrom(...common), fc.constantFrom(...rare))
  return mostly(2, fc.constant<string[]>([]), fc.uniqueArray(flag, { minLength: 1, maxLength: 3 }))
}

/** How many bytes a receive has room for. */
export const room = fc.oneof(
  weighted(8, fc.constantFrom(300, 4096, 10_000)),
  weighted(3, fc.constantFrom(0, 1, 15, 16, 20, 99, 100, 255, 256)),
)
