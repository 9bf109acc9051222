// Groups: the members of each, in Linux's order of service. Newest first is the order; newest is who last went from no group
// of its protocol to one (conformance cn-send/filter-of-the-newest-member).

import { ENOBUFS } from '../uapi/errno'
import { GFP_KERNEL } from '../uapi/constants'
import { Kernel, kernel, nextOrdinal } from '../kernel'
import { STATE, nil, refOf } from '../memory'
import { allocZero, free } from '../mm/alloc'
import { growArray } from '../mm/grow'
import { tableAdd, tableLook, tableRemove, tableReserve } from '../mm/table'
import { logDetach, logFree, logJoin, logLeave } from './group-log'
import { DUE_GROUP, pushForget, pushNote } from './push'
import { pushes } from './push-state'
import { Cold, SOCK_PUSHED, Sock, coldOf, protocolOf } from './sock'
import { protocolAt } from './protocol'

//   struct Group, 88 bytes
//      0 ┌──────────────┬──────────────┐
//        │ key          │ number       │ netns and protocol
//      8 │ members      │ used         │ array of sockets, oldest first; entries with holes
//     16 │ live         │ room         │ entries without holes; entries allocated
//     24 │ log          │ logMask      │ references of messages, 0 without a log; its entries - 1
//     32 │ logTail      │ logHead      │ place of the next entry; no member's place lies before the head
//     40 │ logSum       │ slack        │ bytes accounted for all entries ever; what surely fits before all members are looked at
//     48 │ attached     │ plain        │ how many read along; the list of those who do not, oldest first,
//     56 │ plainCount   │ listed       │ their number, and how many the list has
//     64 │ unread       │ base         │ entries that members have not read, over all; the slack when there are none
//     72 │ pushed       │ stepped      │ how many have a listener; how many of them are in step,
//     80 │ step         │ stepSum      │ where in the log, and the bytes accounted for all before
//     88 └──────────────┴──────────────┘
@unmanaged
export class Group {
  key: u32
  number: u32
  members: usize
  used: u32
  live: u32
  room: u32
  log: usize
  logMask: u32
  logTail: u32
  logHead: u32
  logSum: u32
  slack: u32
  attached: u32
  plain: usize
  plainCount: u32
  listed: u32
  unread: u32
  base: u32
  pushed: u32
  stepped: u32
  step: u32
  stepSum: u32
}

//   struct Membership, 12 bytes, in an array of the socket's cold part
//      0 ┌──────────────┬──────────────┬──────────────┐
//        │ number       │ group        │ index        │ of the group; where the socket stands in its members
//     12 └──────────────┴──────────────┴──────────────┘
@unmanaged
export class Membership {
  number: u32
  group: Group
  index: u32
}

const GROUP_SIZE: u32 = 88
const MEMBERSHIP_SIZE: u32 = 12
const FIRST_ROOM: u32 = 16
const FIRST_MEMBERSHIPS: u32 = 5

/** The group with at least one member, or null. */
export function groupFind(key: u32, number: u32): Group {
  const table = STATE + offsetof<Kernel>('groupSlots')
  return changetype<Group>(tableLook(table, key, number, offsetof<Group>('key'), offsetof<Group>('number')))
}

/** Whether anybody, in any namespace, is a member: netlink_has_listeners(). */
export function hasListeners(protocol: u32, number: u32): bool {
  if (!protocolAt(protocol).listening || number == 0 || number > protocolAt(protocol).groups) return false
  for (let netns: u32 = 0; netns <= kernel().namespaces; netns++) {
    if (!nil(groupFind((netns << 8) | protocol, number))) return true
  }
  return false
}

function groupCreate(key: u32, number: u32): Group {
  const k = kernel()
  const table = STATE + offsetof<Kernel>('groupSlots')
  if (k.groups >= k.maxGroups) return changetype<Group>(0)
  const group = changetype<Group>(allocZero(GROUP_SIZE, GFP_KERNEL))
  if (nil(group)) return group
  // The table comes last: with nobody in it nobody would give it back.
  if (!tableReserve(table, offsetof<Group>('key'), offsetof<Group>('number'))) {
    free(changetype<usize>(group), GROUP_SIZE)
    return changetype<Group>(0)
  }
  group.key = key
  group.number = number
  tableAdd(table, changetype<usize>(group), offsetof<Group>('key'), offsetof<Group>('number'))
  k.groups += 1
  return group
}

function groupFree(group: Group): void {
  const table = STATE + offsetof<Kernel>('groupSlots')
  tableRemove(table, changetype<usize>(group), offsetof<Group>('key'), offsetof<Group>('number'))
  logFree(group)
  pushForget(refOf(group) + DUE_GROUP)
  if (group.members) free(group.members, group.room << 2)
  free(changetype<usize>(group), GROUP_SIZE)
  kernel().groups -= 1
}

/** The bit of a group in a mask of the first 32, 0 for no group and for those behind. */
export function maskOf(number: u32): u32 {
  return number - 1 < 32 ? 1 << (number - 1) : 0
}

/** The member at an index, null for a hole. */
// @ts-ignore: decorator
@inline
export function memberAt(group: Group, index: u32): Sock {
  return changetype<Sock>(load<usize>(group.members + (index << 2)))
}

function setMember(group: Group, index: u32, sock: Sock): void {
  store<usize>(group.members + (index << 2), changetype<usize>(sock))
}

/** A socket's membership at an index of its array. */
// @ts-ignore: decorator
@inline
export function membershipAt(cold: Cold, index: u32): Membership {
  return changetype<Membership>(cold.members + index * MEMBERSHIP_SIZE)
}

function membershipOf(sock: Sock, number: u32): Membership {
  const cold = sock.cold
  for (let i: u32 = 0; i < cold.memberCount; i++) {
    if (membershipAt(cold, i).number == number) return membershipAt(cold, i)
  }
  return changetype<Membership>(0)
}

/** Whether the socket is a member. */
export function isMember(sock: Sock, number: u32): bool {
  return !nil(sock.cold) && !nil(membershipOf(sock, number))
}

/** The least group above `after` that the socket is a member of, or 0. */
export function nextMembership(sock: Sock, after: u32): u32 {
  if (nil(sock.cold)) return 0
  let next: u32 = 0
  for (let i: u32 = 0; i < sock.cold.memberCount; i++) {
    const number = membershipAt(sock.cold, i).number
    if (number > after && (next == 0 || number < next)) next = number
  }
  return next
}

function reserveMembership(cold: Cold): bool {
  if (cold.memberCount < cold.memberRoom) return true
  const room = cold.memberRoom ? cold.memberRoom << 1 : FIRST_MEMBERSHIPS
  const size = cold.memberRoom * MEMBERSHIP_SIZE
  const members = growArray(cold.members, size, size, room * MEMBERSHIP_SIZE)
  if (!members) return false
  cold.members = members
  cold.memberRoom = room
  return true
}

function reserveMember(group: Group): bool {
  if (group.used < group.room) return true
  if (group.live < group.used) {
    compact(group)
    if (group.used < group.room) return true
  }
  const room = group.room ? group.room << 1 : FIRST_ROOM
  const members = growArray(group.members, group.room << 2, group.used << 2, room << 2)
  if (!members) return false
  group.members = members
  group.room = room
  return true
}

function compact(group: Group): void {
  pushes().left = 0
  let to: u32 = 0
  for (let from: u32 = 0; from < group.used; from++) {
    const sock = memberAt(group, from)
    if (nil(sock)) continue
    if (to != from) moveMember(group, sock, to)
    to++
  }
  assert(to == group.live, 'group: the count of members is wrong')
  group.used = to
}

function moveMember(group: Group, sock: Sock, to: u32): void {
  setMember(group, to, sock)
  membershipOf(sock, group.number).index = to
}

// Nearly always the new member is the newest, and the place is the end.
function insertPlace(group: Group, moment: u64): u32 {
  let last = group.used
  while (last > 0 && nil(memberAt(group, last - 1))) last--
  if (last == 0 || memberAt(group, last - 1).cold.moment < moment) return last
  compact(group)
  let low: u32 = 0
  let high = group.used
  while (low < high) {
    const middle = (low + high) >>> 1
    if (memberAt(group, middle).cold.moment < moment) low = middle + 1
    else high = middle
  }
  for (let i = group.used; i > low; i--) moveMember(group, memberAt(group, i - 1), i)
  group.used += 1
  return low
}

// Memberships of the protocol change: from now on they count for hasListeners() wherever there is a kernel socket.
function recount(sock: Sock): void {
  const protocol = protocolAt(protocolOf(sock))
  protocol.listening = protocol.registered
}

/** Makes the socket a member of a group it is not in; 0 or -ENOBUFS, and then nothing has changed. */
export function groupJoin(sock: Sock, number: u32): i32 {
  const cold = coldOf(sock)
  if (nil(cold) || !reserveMembership(cold)) return -ENOBUFS
  let group = groupFind(sock.key, number)
  if (nil(group)) group = groupCreate(sock.key, number)
  if (nil(group)) return -ENOBUFS
  if (!reserveMember(group)) {
    if (!group.live) groupFree(group)
    return -ENOBUFS
  }
  if (!cold.memberCount) cold.moment = nextOrdinal()
  logDetach(sock)
  const membership = membershipAt(cold, cold.memberCount)
  cold.memberCount += 1
  membership.number = number
  membership.group = group
  const place = insertPlace(group, cold.moment)
  membership.index = place
  setMember(group, place, sock)
  group.used = max(group.used, place + 1)
  group.live += 1
  logJoin(group, sock)
  if (sock.flags & SOCK_PUSHED) group.pushed += 1
  cold.groups |= maskOf(number)
  cold.highest = max(cold.highest, number)
  recount(sock)
  return 0
}

/** Takes the socket out of a group that it is in. */
export function groupLeave(sock: Sock, number: u32): void {
  const cold = sock.cold
  const membership = membershipOf(sock, number)
  logLeave(membership.group, sock, false)
  if (sock.flags & SOCK_PUSHED) {
    membership.group.pushed -= 1
    pushNote(refOf(sock))
  }
  forgetMember(membership.group, membership.index)
  const last = membershipAt(cold, cold.memberCount - 1)
  const moved = changetype<usize>(last) != changetype<usize>(membership)
  if (moved) memory.copy(changetype<usize>(membership), changetype<usize>(last), MEMBERSHIP_SIZE)
  cold.memberCount -= 1
  cold.groups &= ~maskOf(number)
  recount(sock)
}

/** Takes every member out of a group, in all namespaces: __netlink_clear_multicast_users(). No unbind hook is called. */
export function groupClear(protocol: u32, number: u32): void {
  for (let netns: u32 = 0; netns <= kernel().namespaces; netns++) {
    const key = (netns << 8) | protocol
    for (let group = groupFind(key, number); !nil(group); group = groupFind(key, number)) {
      let last = group.used - 1
      while (nil(memberAt(group, last))) last--
      groupLeave(memberAt(group, last), number)
    }
  }
}

function forgetMember(group: Group, index: u32): void {
  setMember(group, index, changetype<Sock>(0))
  group.live -= 1
  if (!group.live) groupFree(group)
  else if (group.used > FIRST_ROOM && group.used - group.live > group.live) compact(group)
}

/** Takes a socket that is being closed out of all its groups; their numbers stay in the array until membershipsFree(). */
export function groupLeaveAll(sock: Sock): void {
  const cold = sock.cold
  if (nil(cold) || !cold.memberCount) return
  recount(sock)
  for (let i: u32 = 0; i < cold.memberCount; i++) {
    logLeave(membershipAt(cold, i).group, sock, true)
    forgetMember(membershipAt(cold, i).group, membershipAt(cold, i).index)
  }
}

/** Gives the array of memberships back. */
export function membershipsFree(cold: Cold): void {
  if (cold.members) free(cold.members, cold.memberRoom * MEMBERSHIP_SIZE)
}
