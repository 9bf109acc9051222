// The digest of the logical state: everything that can matter to an answer, in a fixed order, no addresses, nothing of the host's
// waiting. Equal states have equal digests on every host and in every build.

import { LOG_SIZE } from './log/log'
import { Kernel, PROC_COUNTERS, kernel } from './kernel'
import { MAX_CPUS } from './connector/proc'
import { STATE, nil } from './memory'
import { CALLBACK_NAME, CnCallback } from './connector/registry'
import { NotifyRequest, rangesOf } from './connector/notify'
import { filterCount, filterProgram } from './netlink/filter'
import { firstModule, moduleName } from './module/module'
import { membershipAt } from './netlink/group'
import { queuedAt, queuedCount, rmemOf } from './netlink/group-log'
import { MAX_PROTOCOLS, Protocol, protocolAt } from './netlink/protocol'
import {
  Cold,
  DEFAULT_BUFFER,
  SOCK_ARMED_READ,
  SOCK_ARMED_ROOM,
  SOCK_BUSY,
  SOCK_DELAYED,
  SOCK_DYING,
  SOCK_FILTERED,
  SOCK_LOGGED,
  SOCK_PUSHED,
  Sock,
  rcvbufOf,
  sndbufOf,
} from './netlink/sock'
import { Namespace } from './task/namespace'
import { Cred } from './task/cred'
import { Task } from './task/task'
import { Skb, skbData } from './skb/skb'
import { DELAYS } from './time/timer'

const HIDDEN = SOCK_ARMED_READ | SOCK_ARMED_ROOM | SOCK_BUSY | SOCK_DYING | SOCK_DELAYED | SOCK_LOGGED | SOCK_PUSHED

function mix(h: u64, value: u64): u64 {
  h = (h ^ value) * 0x9e3779b97f4a7c15
  return h ^ (h >>> 29)
}

function mixWords(h: u64, from: usize, words: u32): u64 {
  for (let i: u32 = 0; i < words; i++) h = mix(h, load<u32>(from + (i << 2)))
  return h
}

function mixBytes(h: u64, from: usize, length: u32): u64 {
  h = mix(h, length)
  for (let i: u32 = 0; i < length; i++) h = mix(h, load<u8>(from + i))
  return h
}

function mixSkb(h: u64, skb: Skb): u64 {
  // truesize, portid, group, pid, uid, gid, ordinal
  h = mixWords(h, changetype<usize>(skb) + offsetof<Skb>('truesize'), 8)
  return mixBytes(h, skbData(skb), skb.len)
}

// Of a message that the kernel will look at later: netlink_capable() will be asked about them.
function mixRights(h: u64, skb: Skb): u64 {
  return mixWords(h, changetype<usize>(skb) + offsetof<Skb>('capsLow'), 2)
}

function mixCred(h: u64, cred: Cred): u64 {
  return mixWords(h, changetype<usize>(cred) + offsetof<Cred>('uid'), 8)
}

// The order of a socket's memberships means nothing, so they are summed up. No group's share is 0.
function mixCold(h: u64, sock: Sock): u64 {
  const cold = sock.cold
  h = mixWords(h, changetype<usize>(cold), 2)
  h = mixWords(h, changetype<usize>(cold) + 48, 13)
  h = mix(h, cold.highest)
  let sum: u64 = 0
  for (let i: u32 = 0; i < cold.memberCount; i++) sum += mix(<u64>1 << 32, membershipAt(cold, i).number)
  h = mix(h, sum)
  if (cold.memberCount) h = mix(h, cold.moment)
  h = mix(h, cold.maxReceive)
  if (cold.dump) h = mixWords(h, cold.dump + 4, 5)
  if (sock.flags & SOCK_FILTERED) h = mixWords(mix(h, filterCount(sock)), filterProgram(sock), filterCount(sock) << 1)
  return h
}

// A cold part that holds nothing but defaults is as good as none.
function isFresh(sock: Sock): bool {
  const cold = sock.cold
  if (nil(cold)) return true
  for (let at: u32 = 0; at < offsetof<Cold>('push'); at += 4) {
    const fresh = at == 8 || at == 12 ? DEFAULT_BUFFER : u32(at == 72 + 4)
    if (load<u32>(changetype<usize>(cold) + at) != fresh) return false
  }
  return true
}

function mixSock(h: u64, sock: Sock): u64 {
  // portid, key, id
  h = mixWords(h, changetype<usize>(sock) + offsetof<Sock>('portid'), 3)
  h = mix(h, sock.flags & ~HIDDEN)
  h = mix(mix(h, sock.drops), rmemOf(sock))
  h = mix(mix(h, rcvbufOf(sock)), sndbufOf(sock))
  h = mixCred(h, sock.cred)
  if (!isFresh(sock)) h = mixCold(h, sock)
  if (!nil(sock.cold) && !nil(sock.cold.peeked)) h = mix(h, sock.cold.peeked.ordinal)
  const count = queuedCount(sock)
  h = mix(h, count)
  for (let i: u32 = 0; i < count; i++) h = mixSkb(h, queuedAt(sock, i))
  return h
}

function mixTasks(h: u64): u64 {
  let task = kernel().firstTask
  while (!nil(task)) {
    // pid, tgid, netns, parent
    h = mixWords(h, changetype<usize>(task) + offsetof<Task>('pid'), 4)
    // comm, pidns, ownTgid, childPidns, cpu, tracer
    h = mixWords(h, changetype<usize>(task) + offsetof<Task>('comm0'), 9)
    h = mixCred(mix(h, task.session), task.cred)
    let sock = task.sockets
    while (!nil(sock)) {
      h = mixSock(h, sock)
      sock = sock.next
    }
    task = task.next
  }
  return h
}

function mixId(h: u64, callback: CnCallback): u64 {
  return mixWords(h, changetype<usize>(callback) + offsetof<CnCallback>('idx'), 2)
}

function mixConnector(h: u64): u64 {
  const k = kernel()
  let callback = k.firstCallback
  while (!nil(callback)) {
    h = mixId(h, callback)
    h = mixBytes(mix(h, callback.kind), changetype<usize>(callback) + CALLBACK_NAME, callback.nameLength)
    callback = callback.next
  }
  let work = k.firstWork
  while (!nil(work)) {
    h = mixSkb(mixId(h, work.callback), work.skb)
    h = mixRights(h, work.skb)
    work = work.next
  }
  let request = k.firstRequest
  while (!nil(request)) {
    // group, idxCount, valCount
    h = mixWords(h, changetype<usize>(request) + offsetof<NotifyRequest>('group'), 3)
    h = mix(h, request.slot ? 1 : 0)
    h = mixWords(h, rangesOf(request), (request.idxCount + request.valCount) << 1)
    request = request.next
  }
  return h
}

function mixProtocols(h: u64): u64 {
  for (let number: u32 = 0; number < MAX_PROTOCOLS; number++) {
    // All but the slot.
    h = mixWords(h, changetype<usize>(protocolAt(number)), offsetof<Protocol>('slot') >>> 2)
  }
  return h
}

function mixRest(h: u64): u64 {
  const k = kernel()
  let timer = k.firstTimer
  while (!nil(timer)) {
    h = mix(mix(h, timer.expires), timer.due)
    if (timer.slot == DELAYS) {
      h = mixSkb(mix(mix(h, timer.key), nil(timer.sock) ? 0 : timer.sock.id), timer.skb)
      if (nil(timer.sock)) h = mixRights(h, timer.skb)
    }
    timer = timer.laterArmed
  }
  for (let module = firstModule(); !nil(module); module = module.next) h = mixBytes(h, moduleName(module), module.length)
  let one = changetype<Namespace>(k.namespaceList)
  while (!nil(one)) {
    h = mixBytes(mix(h, one.number), changetype<usize>(one) + offsetof<Namespace>(), one.length)
    one = one.next
  }
  let at = k.logHead
  while (at != k.logTail) {
    const length = load<u32>(k.log + (at & (LOG_SIZE - 1)))
    for (let i: u32 = 0; i < 12 + length; i++) h = mix(h, load<u8>(k.log + ((at + i) & (LOG_SIZE - 1))))
    at += (12 + length + 3) & ~3
  }
  return h
}

/** The digest, 64 bits. */
export function stateHash(): u64 {
  const k = kernel()
  // now, nextOrdinal, the generator
  let h = mixWords(0, STATE, 8)
  // pressure, the profile, limits
  h = mixWords(h, STATE + offsetof<Kernel>('pressure'), 15)
  // messages, delivered, dropped; whether allocations are in trouble, what failslab does
  h = mixWords(h, STATE + offsetof<Kernel>('messages'), 15)
  // procListeners, pidNamespaces
  h = mixWords(h, STATE + offsetof<Kernel>('procListeners'), 2)
  h = mix(mix(mix(h, k.nextPid), k.nextSocketId), k.endPage)
  h = mixWords(mix(h, k.notifier ? 1 : 0), PROC_COUNTERS, MAX_CPUS)
  h = mixRest(mixConnector(mixTasks(mixProtocols(h))))
  return h ^ (h >>> 32)
}
