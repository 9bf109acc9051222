// The root of the machine's state: every table, list, counter and setting hangs on this struct, at one fixed address.

import { STATE } from './memory'
import { Sock } from './netlink/sock'
import { Group } from './netlink/group'
import { Task } from './task/task'
import { CnCallback } from './connector/registry'
import { Work } from './connector/work'
import { NotifyRequest } from './connector/notify'
import { Timer } from './time/timer'

//   struct Kernel, 380 bytes at STATE
//      0 ┌────────────────────────────────────────────────────────────────┐
//        │ now (u64 ns)        │ nextOrdinal (u64, of all that has order) │
//     16 │ random 0..3                                                    │
//     32 │ firstPage, endPage, bytesTaken, pressure                       │ memory; taken: in use, or at hand
//     48 │ truesize table: skbuff, sharedInfo, smallHead, smallest,       │ profile
//        │ largest; then dispatch, anyGroup, notifications                │
//     80 │ limits: sockets, callbacks, tasks, timers, groups, namespaces; │
//        │ members of a group with a log                                  │
//    108 │ counts: of what has limits                                     │
//    132 │ tables (slots, mask, count): ports, groups, callbacks          │
//    168 │ slot table: slots, capacity, free, used                        │
//    184 │ first and last of: tasks, callbacks, work, requests, timers    │
//    224 │ tasks by own pid: count, ready ring (ring, mask, head, tail)   │
//    244 │ armed, running, notifier, nextPid, namespaces                  │
//    264 │ log (ring, head, tail), nextSocketId                           │
//    280 │ table of tasks, cn_proc's listeners, pid namespaces            │
//    300 │ watch; messages, delivered, dropped (u64): counts since boot   │
//    328 │ trouble; failslab: probability, interval, times, space, calls, │
//    352 │ failed, generator of faults, count for the interval; modules,  │
//    368 │ delayed messages, tasks by own pid: slots, mask                │
//    380 └────────────────────────────────────────────────────────────────┘
//   +384  blocks at hand of each class: the first, and how many (16 pairs of words)
//   +512  heads of the lists of free page runs, by size (32 words)
//   +640  heads of the lists of pages with free blocks, by class (32 words)
//   +768  timer wheel: which slots are taken (8 u64), where it stands (u64)
//   +840  struct Push
//   +896  cn_proc's counters (32 words)
//  +1024  protocols (32 of 32 bytes)
//  +2048  timer wheel: 8 levels of 64 slots (512 words)
@unmanaged
export class Kernel {
  now: u64
  nextOrdinal: u64
  random0: u32
  random1: u32
  random2: u32
  random3: u32
  firstPage: u32
  endPage: u32
  bytesTaken: u32
  pressure: u32
  skbuff: u32
  sharedInfo: u32
  smallHead: u32
  smallest: u32
  largest: u32
  dispatch: u32
  anyGroup: u32
  notifications: u32
  maxSockets: u32
  maxCallbacks: u32
  maxTasks: u32
  maxTimers: u32
  maxGroups: u32
  maxNamespaces: u32
  groupLog: u32
  sockets: u32
  callbacks: u32
  tasks: u32
  timers: u32
  groups: u32
  namespaces: u32
  portSlots: usize
  portMask: u32
  portCount: u32
  groupSlots: usize
  groupMask: u32
  groupCount: u32
  callbackSlots: usize
  callbackMask: u32
  callbackCount: u32
  slots: usize
  slotCapacity: u32
  freeSlot: u32
  slotsUsed: u32
  firstTask: Task
  lastTask: Task
  firstCallback: CnCallback
  lastCallback: CnCallback
  firstWork: Work
  lastWork: Work
  firstRequest: NotifyRequest
  lastRequest: NotifyRequest
  firstTimer: Timer
  lastTimer: Timer
  ownPidCount: u32
  readyRing: usize
  readyMask: u32
  readyHead: u32
  readyTail: u32
  armed: u32
  running: u32
  notifier: u32
  nextPid: u32
  namespaceList: usize
  log: usize
  logHead: u32
  logTail: u32
  nextSocketId: u32
  taskSlots: usize
  taskMask: u32
  taskCount: u32
  procListeners: i32
  pidNamespaces: u32
  watch: u32
  messages: u64
  delivered: u64
  dropped: u64
  trouble: u32
  failProbability: u32
  failInterval: u32
  failTimes: i32
  failSpace: u32
  failCalls: u32
  failed: u32
  faultRandom: u32
  failCount: u32
  moduleList: usize
  delayed: u32
  ownPidSlots: usize
  ownPidMask: u32
}

/** Blocks at hand: for each class of blocks the first of a list, and its length. */
export const AT_HAND: u32 = 65920
/** Heads of the lists of free page runs. */
export const FREE_RUNS: u32 = 66048
/** Heads of the lists of pages with free blocks. */
export const PARTIAL_PAGES: u32 = 66176
/** Bitmaps of the timer wheel, then where it stands (u64). */
export const WHEEL_BITS: u32 = 66304
/** struct Push. */
export const PUSHES: u32 = 66376
/** cn_proc's counter of each CPU (32 words). */
export const PROC_COUNTERS: u32 = 66432
/** struct Protocol, 32 times. */
export const PROTOCOLS: u32 = 66560
/** Slots of the timer wheel. */
export const WHEEL_SLOTS: u32 = 67584

/** The root. */
// @ts-ignore: decorator
@inline
export function kernel(): Kernel {
  return changetype<Kernel>(STATE)
}

/** The next number of the counter that orders everything which has an order. */
export function nextOrdinal(): u64 {
  const k = kernel()
  const ordinal = k.nextOrdinal
  k.nextOrdinal = ordinal + 1
  return ordinal
}
