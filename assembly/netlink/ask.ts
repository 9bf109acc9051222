// netlink_broadcast_filtered() with a function of the host, which is asked about each member. It may do anything, so the members
// are held while it is asked.

import { GFP_ATOMIC } from '../uapi/constants'
import { nil, refOf } from '../memory'
import { alloc, free } from '../mm/alloc'
import { sockHold, sockLetGo } from './close'
import { Group, isMember, memberAt } from './group'
import { SOCK_BUSY, SOCK_DYING, Sock } from './sock'

// An entry is a socket's reference; bit 0 says that somebody else held it already.
const HELD: u32 = 1

/** A list of all members of a group, oldest first, who are held; 0 without memory. */
export function holdMembers(group: Group): usize {
  const members = alloc(group.live << 2, GFP_ATOMIC)
  let to = members
  for (let i: u32 = 0; to && i < group.used; i++) {
    const sock = memberAt(group, i)
    if (nil(sock)) continue
    store<u32>(to, (refOf(sock) as u32) | (sockHold(sock) ? HELD : 0))
    to += 4
  }
  return members
}

/** The socket at an index of such a list. */
// @ts-ignore: decorator
@inline
export function heldMember(members: usize, index: u32): Sock {
  return changetype<Sock>(load<u32>(members + (index << 2)) & ~HELD)
}

/** Lets the members of such a list go, the newest first, and gives the list back. */
export function letMembersGo(members: usize, count: u32): void {
  for (let i = count; i > 0; i--) {
    const held = load<u32>(members + ((i - 1) << 2)) & HELD
    sockLetGo(heldMember(members, i - 1), held ? SOCK_BUSY : 0, 0)
  }
  free(members, count << 2)
}

/** Whether a member is still one: the function that is asked may close sockets and leave groups. */
export function stays(sock: Sock, number: u32): bool {
  return !(sock.flags & SOCK_DYING) && isMember(sock, number)
}
