// Kernel sockets made by modules, and what the kernel sends through them.

import { ENOBUFS, ENOMEM, ESRCH } from '../uapi/errno'
import { kernel } from '../kernel'
import { TRANSMIT_AT, copyPieces, nil } from '../memory'
import { truesizeOf } from '../mm/truesize'
import { slotGive, slotTake } from '../slot'
import { Skb, skbAlloc, skbData, skbPut } from '../skb/skb'
import { FILTER_NONE, FROM_KERNEL, FROM_KERNEL_ATOMIC, broadcast, unicast } from './deliver'
import { groupFind, memberAt } from './group'
import { INPUT_CONNECTOR, INPUT_HOST, INPUT_NONE, MAX_PROTOCOLS, MIN_GROUPS, Protocol, protocolAt } from './protocol'
import { SOCK_NO_ENOBUFS, Sock, setError } from './sock'
import { wakeReaders } from './wake'
import { tapEnd, watchBegin } from './watch'

/** netlink_kernel_create(): the slot of the host's functions, or -1 (a bad number, one that exists, no memory). */
export function kernelCreate(number: u32, groups: u32, flags: u32, hasInput: bool, hooks: u32): i32 {
  if (number >= MAX_PROTOCOLS || protocolAt(number).present) return -1
  const slot = slotTake()
  if (slot < 0) return -1
  const protocol = protocolAt(number)
  // A protocol that is there without a kernel socket (NETLINK_USERSOCK) keeps its groups and flags, and gets no hooks.
  if (!protocol.registered) {
    protocol.groups = max(groups, MIN_GROUPS)
    protocol.flags = flags
    protocol.hooks = hooks
  }
  protocol.registered += 1
  protocol.present = 1
  protocol.input = hasInput ? INPUT_HOST : INPUT_NONE
  protocol.slot = slot
  // Members of an earlier kernel socket are still served, but not counted until some membership changes.
  protocol.listening = 0
  return slot
}

/** The slot of a kernel socket's functions, or -1 if the host has none there. */
export function kernelSlot(number: u32): i32 {
  const protocol = protocolAt(number)
  return protocol.present && protocol.input != INPUT_CONNECTOR ? protocol.slot : -1
}

/** netlink_kernel_release(): sockets of user space stay, and have nobody to talk to. */
export function kernelRelease(number: u32): void {
  const protocol = protocolAt(number)
  slotGive(protocol.slot)
  protocol.registered -= 1
  protocol.present = 0
  protocol.input = INPUT_NONE
  if (!protocol.registered) memory.fill(changetype<usize>(protocol), 0, offsetof<Protocol>())
}

/** A message of the kernel: `len` bytes to come, padded as they are, or null. */
export function kernelSkb(len: u32, group: u32, gfp: u32): Skb {
  const skb = skbAlloc(len, gfp)
  if (nil(skb)) return skb
  skb.truesize = truesizeOf(len, false)
  // Two words at a time where they are alike: pid and uid, the capabilities, the destination.
  const at = changetype<usize>(skb)
  skb.portid = 0
  skb.group = group
  store<u64>(at + offsetof<Skb>('pid'), 0)
  skb.gid = 0
  store<u64>(at + offsetof<Skb>('capsLow'), -1)
  store<u64>(at + offsetof<Skb>('dstPortid'), 0)
  skb.flags = 0
  return skb
}

/** A message of the kernel with the bytes of the transmit window. */
export function kernelSkbFromWindow(len: u32, group: u32, gfp: u32): Skb {
  const skb = kernelSkb(len, group, gfp)
  if (!nil(skb)) copyPieces(skbData(skb), TRANSMIT_AT, len)
  return skb
}

// What a message of the kernel begins and ends with. A fault rule may have its allocation fail, as the caller would have met it.
function begin(number: u32, skb: Skb, portid: u32, group: u32): i32 {
  return kernel().watch && !watchBegin(number, skb, portid, group, changetype<Sock>(0)) ? -ENOMEM : 0
}

function end(skb: Skb, result: i32): i32 {
  skbPut(skb)
  return kernel().watch ? tapEnd(result) : result
}

/** netlink_unicast(): gives the message up; its length, -EAGAIN, -ECONNREFUSED, -ENOBUFS. */
export function kernelUnicast(number: u32, skb: Skb, portid: u32, nonblock: bool): i32 {
  const refused = begin(number, skb, portid, 0)
  return end(skb, refused ? refused : unicast(number, skb, portid, nonblock ? FROM_KERNEL_ATOMIC : FROM_KERNEL))
}

/** netlink_broadcast(): gives the message up; 0, -ESRCH, -ENOBUFS. */
export function kernelBroadcast(number: u32, skb: Skb, exclude: u32, group: u32): i32 {
  return kernelBroadcastFiltered(number, skb, exclude, group, FILTER_NONE)
}

/** netlink_broadcast_filtered(): the same, with one of FILTER_*. */
export function kernelBroadcastFiltered(number: u32, skb: Skb, exclude: u32, group: u32, filter: u32): i32 {
  const refused = begin(number, skb, 0, group)
  return end(skb, refused ? refused : broadcast(number, skb, exclude, group, changetype<Sock>(0), false, filter))
}

/** nlmsg_notify(): to the group without `portid`, and if `report` to the port itself; no listeners are no error. */
export function kernelNotify(number: u32, skb: Skb, portid: u32, group: u32, report: bool): i32 {
  const refused = begin(number, skb, report ? portid : 0, group)
  return end(skb, refused ? refused : notify(number, skb, portid, group, report))
}

function notify(number: u32, skb: Skb, portid: u32, group: u32, report: bool): i32 {
  let result = 0
  if (group) {
    skb.group = group
    result = broadcast(number, skb, report ? portid : 0, group, changetype<Sock>(0), report, FILTER_NONE)
    if (result == -ESRCH) result = 0
  }
  if (report) {
    const reported = unicast(number, skb, portid, FROM_KERNEL_ATOMIC)
    if (result == 0 || result == -ESRCH) result = min(reported, 0)
  }
  return result
}

/**
 * netlink_set_err(): the error becomes pending at every member but `portid`. How many of them wanted no ENOBUFS; on those
 * an ENOBUFS leaves nothing.
 */
export function kernelSetError(number: u32, portid: u32, groupNumber: u32, error: u32): i32 {
  const group = groupFind(number, groupNumber)
  if (nil(group)) return 0
  let spared = 0
  for (let i = group.used; i > 0; i--) {
    const sock = memberAt(group, i - 1)
    if (nil(sock) || sock.portid == portid) continue
    if (error == ENOBUFS && sock.flags & SOCK_NO_ENOBUFS) {
      spared++
      continue
    }
    setError(sock, error)
    wakeReaders(sock)
  }
  return spared
}
