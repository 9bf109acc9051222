// The plain members of a group with a log, who get copies of their own: while they are few they stand in a list, newest last as in the
// group itself, so that a multicast does not look at those who read along.

import { nil } from '../memory'
import { Group, memberAt } from './group'
import { SOCK_FILTERED, SOCK_LOGGED, Sock } from './sock'

/** So many plain members are kept as a list; with more of them a multicast looks at every member. */
export const MOST_PLAIN: u32 = 64
/** Nothing is known about the list of plain members. */
export const UNLISTED: u32 = 0xffffffff

function plainAt(group: Group, index: u32): usize {
  return group.plain + (index << 2)
}

/** A plain member, by its place in the list. */
// @ts-ignore: decorator
@inline
export function plainMember(group: Group, index: u32): Sock {
  return changetype<Sock>(load<usize>(plainAt(group, index)))
}

/** The socket is a plain member from now on. */
export function plainInsert(group: Group, sock: Sock): void {
  group.plainCount += 1
  if (group.listed >= MOST_PLAIN) {
    group.listed = UNLISTED
    return
  }
  let at = group.listed
  for (; at > 0 && plainMember(group, at - 1).cold.moment > sock.cold.moment; at--) {
    store<usize>(plainAt(group, at), load<usize>(plainAt(group, at - 1)))
  }
  store<usize>(plainAt(group, at), changetype<usize>(sock))
  group.listed += 1
}

/** It is none any more. */
export function plainRemove(group: Group, sock: Sock): void {
  group.plainCount -= 1
  if (group.listed == UNLISTED) {
    if (!group.plainCount) group.listed = 0
    return
  }
  let at: u32 = 0
  while (load<usize>(plainAt(group, at)) != changetype<usize>(sock)) at++
  memory.copy(plainAt(group, at), plainAt(group, at + 1), (group.listed - at - 1) << 2)
  group.listed -= 1
}

/**
 * Whether the list of plain members serves: one that was too long is made again when there are few, and what a filter does to a
 * message depends on who was served before.
 */
export function plainServes(group: Group): bool {
  if (group.listed == UNLISTED) {
    if (group.plainCount > MOST_PLAIN / 2) return false
    list(group)
  }
  for (let i: u32 = 0; i < group.listed; i++) {
    if (plainMember(group, i).flags & SOCK_FILTERED) return false
  }
  return true
}

function list(group: Group): void {
  group.listed = 0
  for (let i: u32 = 0; i < group.used; i++) {
    const sock = memberAt(group, i)
    if (nil(sock) || sock.flags & SOCK_LOGGED) continue
    store<usize>(plainAt(group, group.listed), changetype<usize>(sock))
    group.listed += 1
  }
}
