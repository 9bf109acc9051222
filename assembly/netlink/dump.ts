// Dumps: an answer in several parts, the first at once, one more after each receive (conformance nl-dump).

import { GFP_KERNEL, NLMSG_DONE, NLM_F_MULTI } from '../uapi/constants'
import { EBUSY, ECONNREFUSED, EINTR, EINVAL, ENOBUFS, ENOMEM } from '../uapi/errno'
import { nil, refOf } from '../memory'
import { allocZero, free } from '../mm/alloc'
import { CALL_DUMP, CALL_DUMP_DONE, callHost, slotGive, slotTake } from '../slot'
import { Skb, skbData, skbPut } from '../skb/skb'
import { sockHold, sockLetGo } from './close'
import { LEFT_OUT, deliverDump } from './deliver'
import { rmemOf } from './group-log'
import { stepOut } from './group-step'
import { kernelSkb } from './kernelsock'
import { portLook } from './port'
import { SOCK_DUMPING, SOCK_DYING, Sock, coldOf, rcvbufOf, setError } from './sock'
import { wakeReaders } from './wake'
import { VERDICT_FILTERED, tapBegin, tapDelivery, tapEnd, verdictOf } from './watch'

//   struct Dump, 28 bytes
//      0 ┌──────────────┬──────────────┐
//        │ slot         │ seq          │ the host's hooks; of the request
//      8 │ portid       │ result       │ of the requester; what the hook said last, MORE before
//     16 │ minAlloc     │ running      │ the least room of a part; whether start has agreed
//     24 │ key          │              │ netns and protocol
//     28 └──────────────┘
@unmanaged
export class Dump {
  slot: u32
  seq: u32
  portid: u32
  result: i32
  minAlloc: u32
  running: u32
  key: u32
}

const DUMP_SIZE: u32 = 28
const MORE: i32 = 0x7fffffff
/** NLMSG_GOODSIZE: what fits into a page with its buffer's overhead. */
const GOOD_SIZE: u32 = 3776
/** The most room that a receiver's buffer can ask for. */
const LARGEST_PART: u32 = 32448
const DONE_BYTES: u32 = 20

// The running dump of a socket, or null; of no socket too.
function dumpOf(sock: Sock): Dump {
  return changetype<Dump>(nil(sock) || nil(sock.cold) ? <usize>0 : sock.cold.dump)
}

/** Notes how long a receiver's buffer was: parts of dumps grow with it. */
export function noteReceive(sock: Sock, length: u32): void {
  const cold = coldOf(sock)
  if (!nil(cold)) cold.maxReceive = min(max(cold.maxReceive, length), LARGEST_PART)
}

/** Prepares a dump for the socket with a port: the slot of its hooks, -ECONNREFUSED, -EBUSY while another one runs, -ENOMEM. */
export function dumpOpen(key: u32, portid: u32, seq: u32, minAlloc: u32): i32 {
  const sock = portLook(key, portid)
  if (nil(sock)) return -ECONNREFUSED
  const cold = coldOf(sock)
  if (nil(cold)) return -ENOMEM
  if (cold.dump) return -EBUSY
  const slot = slotTake()
  if (slot < 0) return -ENOMEM
  const dump = changetype<Dump>(allocZero(DUMP_SIZE, GFP_KERNEL))
  if (nil(dump)) {
    slotGive(slot)
    return -ENOMEM
  }
  dump.slot = slot
  dump.seq = seq
  dump.portid = portid
  dump.result = MORE
  dump.minAlloc = minAlloc
  dump.key = key
  cold.dump = changetype<usize>(dump)
  return slot
}

function forget(sock: Sock): void {
  const dump = dumpOf(sock)
  slotGive(dump.slot)
  free(changetype<usize>(dump), DUMP_SIZE)
  sock.cold.dump = 0
  sock.flags &= ~SOCK_DUMPING
}

/** Takes a dump back whose start hook refused. */
export function dumpAbort(key: u32, portid: u32): void {
  const sock = portLook(key, portid)
  if (!nil(dumpOf(sock))) forget(sock)
}

/** Starts it with the first part: -EINTR, so that no acknowledgement follows, or the error of the part. */
export function dumpBegin(key: u32, portid: u32): i32 {
  const sock = portLook(key, portid)
  const dump = dumpOf(sock)
  if (nil(dump)) return -ECONNREFUSED
  dump.running = 1
  stepOut(sock)
  sock.flags |= SOCK_DUMPING
  const error = dumpPart(sock)
  return error ? error : -EINTR
}

/**
 * After a receive: one more part, once at most half of the buffer is taken. An error becomes pending at the socket. The dump may have
 * ended since the receive: a listener receives by itself.
 */
export function dumpContinue(sock: Sock): void {
  if (!(sock.flags & SOCK_DUMPING) || rmemOf(sock) > rcvbufOf(sock) >>> 1) return
  const error = dumpPart(sock)
  if (!error) return
  setError(sock, -error)
  wakeReaders(sock)
}

function dumpPart(sock: Sock): i32 {
  const dump = dumpOf(sock)
  if (nil(dump) || !dump.running) return -EINVAL
  if (rmemOf(sock) >= rcvbufOf(sock)) return -ENOBUFS
  const least = max(dump.minAlloc, GOOD_SIZE)
  const room = max(least, sock.cold.maxReceive)
  let skb = kernelSkb(room, 0, GFP_KERNEL)
  if (nil(skb) && room > GOOD_SIZE) skb = kernelSkb(least, 0, GFP_KERNEL)
  if (nil(skb)) return -ENOBUFS
  const held = sockHold(sock)
  // A hook that receives here does not get the next part begun while it makes this one.
  sock.flags &= ~SOCK_DUMPING
  const ended = fillPart(sock, skb)
  // A hook may have closed the socket: then the rest of its end comes now.
  if (!(sock.flags & SOCK_DYING)) {
    sock.flags |= SOCK_DUMPING
    deliverPart(sock, skb)
    if (ended) finish(sock)
  }
  skbPut(skb)
  sockLetGo(sock, held, 0)
  return 0
}

// A dump that loses a part could never tell, so no fault rule is asked about it.
function deliverPart(sock: Sock, skb: Skb): void {
  tapBegin(sock.key, skb, sock.portid, 0, changetype<Sock>(0))
  const taken = deliverDump(sock, skb)
  tapDelivery(sock, taken == LEFT_OUT ? VERDICT_FILTERED : verdictOf(taken, sock.flags))
  tapEnd(skb.len)
}

// Lets the hook fill the message; true if the end of the dump is in it.
function fillPart(sock: Sock, skb: Skb): bool {
  const dump = dumpOf(sock)
  const room = skb.len
  skb.len = 0
  if (dump.result > 0) {
    const result = callHost(dump.slot, CALL_DUMP, refOf(skb), room)
    if (sock.flags & SOCK_DYING) return false
    dump.result = result
  }
  if (dump.result > 0 || room - skb.len < DONE_BYTES) return false
  const at = skbData(skb) + skb.len
  store<u32>(at, DONE_BYTES)
  store<u32>(at, (NLM_F_MULTI << 16) | NLMSG_DONE, 4)
  // seq, portid, result
  memory.copy(at + 8, changetype<usize>(dump) + offsetof<Dump>('seq'), 12)
  skb.len += DONE_BYTES
  return true
}

function finish(sock: Sock): void {
  const slot = dumpOf(sock).slot
  forget(sock)
  callHost(slot, CALL_DUMP_DONE, 0, 0)
}

/** The slot of a socket's running dump, or -1. */
export function dumpSlot(sock: Sock): i32 {
  const dump = dumpOf(sock)
  return nil(dump) ? -1 : dump.slot
}

/** Ends the dump of a socket that is being closed. */
export function dumpRelease(sock: Sock): void {
  const dump = dumpOf(sock)
  if (nil(dump)) return
  if (dump.running) finish(sock)
  else forget(sock)
}
