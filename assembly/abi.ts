// The door: every function that the host can call, the one that the core calls, and the numbers that both must know. Numbers in,
// numbers out; an error is -errno. References to tasks, sockets and messages are numbers that the host only hands back.

import { ENODEV, ENOMEM } from './uapi/errno'
import { stateHash } from './hash'
import { logRead, logWrite } from './log/log'
import { machineBoot, machineHalt } from './machine'
import { Kernel, PUSHES, kernel } from './kernel'
import { readStats, taskDescribe, taskNext, timerNext } from './inspect'
import {
  DRAIN_AT,
  DRAIN_WORDS,
  LONG_AT,
  PAGE_MAP_AT,
  PUSH_AT,
  RECEIVE_AT,
  RECEIVE_SIZE,
  RESERVE_AT,
  RESULT_AT,
  STATE,
  TRANSMIT_AT,
  TRANSMIT_SIZE,
  copyResults,
  nil,
  refOf,
} from './memory'
import { bytesInUse } from './mm/alloc'
import { failslabSet } from './mm/failslab'
import { setPressure } from './mm/gfp'
import { FREE, PAGE_SIZE, Page, SMALL, STATE_SHIFT, pagesEnd } from './mm/pages'
import { moduleAdd, moduleDelete, moduleNext } from './module/module'
import * as result from './result'
import * as slots from './slot'
import { CALLBACK_NAME, CnCallback, callbackAdd, callbackDelete, callbackSlot } from './connector/registry'
import { announce, request, requestNext } from './connector/notify'
import { MAX_CPUS as CPUS, procReplay } from './connector/proc'
import { cnCommit, cnReserve, cnSendWindow } from './connector/send'
import { runWork } from './connector/work'
import { ackSend } from './netlink/ack'
import { sockBind, sockConnect, sockName, sockPeer } from './netlink/bind'
import { sockRelease } from './netlink/close'
import { drainNext } from './netlink/drain'
import { dumpAbort, dumpBegin, dumpContinue, dumpOpen, dumpSlot } from './netlink/dump'
import { sockOpen } from './netlink/open'
import { FILTER_ASKING, overrun } from './netlink/deliver'
import { groupClear, hasListeners, nextMembership } from './netlink/group'
import { queuedAt } from './netlink/group-log'
import * as inPlace from './netlink/in-place'
import {
  describeSock,
  nextGroup,
  nextSock,
  pollBits,
} from './netlink/query'
import {
  kernelBroadcast,
  kernelBroadcastFiltered,
  kernelCreate,
  kernelNotify,
  kernelRelease,
  kernelSetError,
  kernelSkb,
  kernelSkbFromWindow,
  kernelSlot,
  kernelUnicast,
} from './netlink/kernelsock'
import { optionGet, optionMore, optionSet } from './netlink/options'
import { HOOK_BIND, HOOK_UNBIND } from './netlink/protocol'
import { receive } from './netlink/receive'
import { sendCommit, sendPlain, sendReserve, sendReserved, sendWindow } from './netlink/send'
import {
  SOCK_ARMED_READ,
  SOCK_ARMED_ROOM,
  SOCK_BOUND,
  SOCK_BROADCAST_ERROR,
  SOCK_CONGESTED,
  SOCK_CONNECTED,
  SOCK_DUMPING,
  SOCK_FILTERED,
  SOCK_NO_ENOBUFS,
  SOCK_PASSCRED,
  SOCK_PASSSEC,
  SOCK_PKTINFO,
  Sock,
} from './netlink/sock'
import { arm, readyNext } from './netlink/wake'
import { pushNext, pushOff, pushOn } from './netlink/push'
import { Push } from './netlink/push-state'
import * as watch from './netlink/watch'
import { SKB_HEADER, Skb, skbPut } from './skb/skb'
import { namespaceNumber } from './task/namespace'
import { taskExit, taskKill } from './task/exit'
import {
  taskAttach,
  taskDetach,
  taskExec,
  taskSetCaps,
  taskSetComm,
  taskSetresgid,
  taskSetresuid,
  taskSetsid,
  taskUnshare,
} from './task/identity'
import { Task, taskByPid, taskFork, taskSpawn } from './task/task'
import { advance } from './time/clock'
import { faultRandom, random } from './time/random'
import * as timers from './time/timer'
import { Timer, timerAdd, timerDelete, timerMove, wheelNext } from './time/timer'

/**
 * The one import: `kindSlot` is the slot of a function, times 16, plus CALL_*; what it answers is 0 or -errno where that means
 * something.
 */
@external("env", "callback")
declare function callback(kindSlot: i32, a: i32, b: i32): i32

/** Where the result words lie. */
export const RESULT: i32 = RESULT_AT
/** Where the transmit window lies. */
export const TRANSMIT: i32 = TRANSMIT_AT
/** Bytes of the transmit window. */
export const TRANSMIT_BYTES: i32 = TRANSMIT_SIZE
/** Where the receive window lies. */
export const RECEIVE: i32 = RECEIVE_AT
/** Bytes of the receive window. */
export const RECEIVE_BYTES: i32 = RECEIVE_SIZE
/** Where the reserve window lies: zeros while nobody builds a message in it. */
export const RESERVE: i32 = RESERVE_AT
/** Bytes of the reserve window. */
export const RESERVE_BYTES: i32 = TRANSMIT_SIZE
/** Where the messages stand that are drained, a word for each. */
export const DRAIN: i32 = DRAIN_AT
/** How many of them, and how many places there are at most. */
export const DRAIN_MOST: i32 = DRAIN_WORDS
/** The place of a long message that recv() has left where it lay. */
export const DRAIN_LONG: i32 = (LONG_AT - DRAIN_AT) >> 2
/** Bytes of the drain window. */
export const DRAIN_BYTES: i32 = PUSH_AT - DRAIN_AT
/** Where the listeners of a pushed message stand, a word for each. */
export const PUSH: i32 = PUSH_AT
/** Where the reference of that message stands, 0 if there is none. */
export const PUSHED: i32 = PUSHES + offsetof<Push>("held")
/** Where it stands of whom the push window tells for longer than one message; 0 where that is nobody, or is not known. */
export const PUSH_WRITTEN: i32 = PUSHES + offsetof<Push>("written")
/** Result word: not 0 while the ready list is not empty, or something is to be pushed. */
export const WORD_READY: i32 = result.RESULT_READY
/** Result word: id of the socket that was the reason of the last -EAGAIN, 0 if it is gone. */
export const WORD_BLOCKED: i32 = result.RESULT_BLOCKED
/** Result word: that socket's reference. */
export const WORD_BLOCKED_SOCK: i32 = result.RESULT_BLOCKED_SOCK
/** Result word: what to arm it for. */
export const WORD_BLOCKED_FOR: i32 = result.RESULT_BLOCKED_FOR
/** Result word: that id, while listeners and those who are woken make calls of their own; the host puts it back. */
export const WORD_BLOCKED_BEFORE: i32 = result.RESULT_BLOCKED_BEFORE
/** Result word of recv: the sender's port. */
export const WORD_PORTID: i32 = result.RESULT_PORTID
/** Result word of recv: the group that was named. */
export const WORD_GROUP: i32 = result.RESULT_GROUP
/** Result word of recv: MSG_* of the output. */
export const WORD_FLAGS: i32 = result.RESULT_FLAGS
/** Result word of recv: the sender's process. */
export const WORD_PID: i32 = result.RESULT_PID
/** Result word of recv: the sender's user. */
export const WORD_UID: i32 = result.RESULT_UID
/** Result word of recv: the sender's group id. */
export const WORD_GID: i32 = result.RESULT_GID
/** Result word of recv: bytes to copy. */
export const WORD_COPIED: i32 = result.RESULT_COPIED
/** Result word of recv: where they lie. */
export const WORD_DATA: i32 = result.RESULT_DATA
/** Result word of recv: the socket's SOCK_* flags. */
export const WORD_SOCK_FLAGS: i32 = result.RESULT_SOCK_FLAGS
/** Result word: port of an address. */
export const WORD_ADDR_PID: i32 = result.RESULT_ADDR_PID
/** Result word: groups of an address. */
export const WORD_ADDR_GROUPS: i32 = result.RESULT_ADDR_GROUPS
/** First result word of listings. */
export const WORD_LIST: i32 = result.RESULT_LIST
/** Kind of a call to the host: a connector callback; a: the message. */
export const CALL_CN: i32 = slots.CALL_CN
/** Kind of a call to the host: an input function; a: the message. */
export const CALL_INPUT: i32 = slots.CALL_INPUT
/** Kind of a call to the host: a bind hook; a: the group. */
export const CALL_BIND: i32 = slots.CALL_BIND
/** Kind of a call to the host: an unbind hook; a: the group. */
export const CALL_UNBIND: i32 = slots.CALL_UNBIND
/** Kind of a call to the host: a timer. */
export const CALL_TIMER: i32 = slots.CALL_TIMER
/** Kind of a call to the host: the release notifier; a: the protocol, b: the port. */
export const CALL_RELEASE: i32 = slots.CALL_RELEASE
/** Kind of a call to the host: a filter of a broadcast; a: the member's port, b: the message. */
export const CALL_FILTER: i32 = slots.CALL_FILTER
/** Kind of a call to the host: the hook of a dump; a: the message to fill, b: its room. */
export const CALL_DUMP: i32 = slots.CALL_DUMP
/** Kind of a call to the host: the done hook of a dump. */
export const CALL_DUMP_DONE: i32 = slots.CALL_DUMP_DONE
/** SOCK_* flag: a dump runs, and dump_continue() is due after a receive. */
export const FLAG_DUMPING: i32 = SOCK_DUMPING
/** Bytes before a message's payload. */
export const SKB_DATA: i32 = SKB_HEADER
/** Offset of a message's length. */
export const SKB_LEN: i32 = offsetof<Skb>("len")
/** Offset of what a message counts of its receiver's buffer. */
export const SKB_TRUESIZE: i32 = offsetof<Skb>("truesize")
/** Offset of a message's sender's port. */
export const SKB_PORTID: i32 = offsetof<Skb>("portid")
/** Offset of a message's group. */
export const SKB_GROUP: i32 = offsetof<Skb>("group")
/** Offset of a message's sender's process. */
export const SKB_PID: i32 = offsetof<Skb>("pid")
/** Offset of a message's sender's user. */
export const SKB_UID: i32 = offsetof<Skb>("uid")
/** Offset of a message's sender's group id. */
export const SKB_GID: i32 = offsetof<Skb>("gid")
/** Offset of a message's number, two words. */
export const SKB_ORDINAL: i32 = offsetof<Skb>("ordinal")
/** Offset of the lower capabilities of a message's sender. */
export const SKB_CAPS_LOW: i32 = offsetof<Skb>("capsLow")
/** Offset of the upper capabilities of a message's sender. */
export const SKB_CAPS_HIGH: i32 = offsetof<Skb>("capsHigh")
/** SOCK_* flag: NETLINK_PKTINFO is on. */
export const FLAG_PKTINFO: i32 = SOCK_PKTINFO
/** SOCK_* flag: SO_PASSCRED is on. */
export const FLAG_PASSCRED: i32 = SOCK_PASSCRED
/** SOCK_* flag: SO_PASSSEC is on. */
export const FLAG_PASSSEC: i32 = SOCK_PASSSEC
/** What arm() takes: something to read. */
export const ARM_READ: i32 = SOCK_ARMED_READ
/** What arm() takes: room in the queue. */
export const ARM_ROOM: i32 = SOCK_ARMED_ROOM
/** Hook bit of ksock_create: bind. */
export const HOOK_BIND_BIT: i32 = HOOK_BIND
/** Hook bit of ksock_create: unbind. */
export const HOOK_UNBIND_BIT: i32 = HOOK_UNBIND

/** Kind of a call to the host: the tap; a: a message or 0, b: TAP_*. It has no slot and must not call back. */
export const CALL_TAP: i32 = slots.CALL_TAP
/** Kind of a call to the host: the fault rules; a: a message, b: FAULT_* bits. It has no slot; draws only may be made in it. */
export const CALL_FAULT: i32 = slots.CALL_FAULT
/** First of the result words that say what these two are called for. */
export const WORD_WATCH: i32 = result.RESULT_WATCH
/** Bit of set_watch: fault rules. */
export const WATCH_FAULTS: i32 = watch.WATCH_FAULTS
/** Bit of set_watch: the tap. */
export const WATCH_TAP: i32 = watch.WATCH_TAP
/** To the tap: a message is on its way; words: key, port, group, reference of the sending socket or 0. */
export const TAP_BEGIN: i32 = watch.TAP_BEGIN
/** To the tap: what became of it at a receiver; words: reference of the socket or 0, VERDICT_*. */
export const TAP_DELIVERY: i32 = watch.TAP_DELIVERY
/** To the tap: its way has ended; word: the result. */
export const TAP_END: i32 = watch.TAP_END
/** To the tap: a receive; words: reference of the socket, the result. */
export const TAP_RECEIVE: i32 = watch.TAP_RECEIVE
/** Bit for the fault rules: nobody is chosen yet. Words: key, group, receiver's port. */
export const FAULT_MESSAGE: i32 = watch.FAULT_MESSAGE
/** Bit for the fault rules: it may be lost here. */
export const FAULT_LOSABLE: i32 = watch.FAULT_LOSABLE
/** Answer of the fault rules: lost, or failed. */
export const FAULT_LOST: i32 = watch.FAULT_LOST
/** Answer of the fault rules: this, and milliseconds: delayed. */
export const FAULT_DELAY: i32 = watch.FAULT_DELAY
/** In place of a slot: the timer delivers a delayed message. */
export const SLOT_DELAYS: i32 = timers.DELAYS
/** Where the machine's state begins. */
export const STATE_AT: i32 = STATE
/** Where the roots end and the page map begins. */
export const PAGE_MAP: i32 = PAGE_MAP_AT
/** Bytes of a page. */
export const PAGE_BYTES: i32 = PAGE_SIZE
/** Where the number of the first page behind the map stands. */
export const FIRST_PAGE: i32 = STATE + offsetof<Kernel>("firstPage")
/** Where the number of the page behind the last one stands. */
export const END_PAGE: i32 = STATE + offsetof<Kernel>("endPage")
/** Bytes of a descriptor in the page map. */
export const DESCRIPTOR_BYTES: i32 = offsetof<Page>()
/** Offset in that of state and length. */
export const DESCRIPTOR_INFO: i32 = offsetof<Page>("info")
/** How far the state is shifted there. */
export const PAGE_STATE: i32 = STATE_SHIFT
/** A state: the first page of a run that is free, whose length is told. */
export const PAGE_FREE: i32 = FREE
/** A state: one page of small blocks; all others tell the length of a run. */
export const PAGE_SMALL: i32 = SMALL
/** Where the slot of the release notifier stands, and 1 more: 0 for none. */
export const NOTIFIER: i32 = STATE + offsetof<Kernel>("notifier")
/** Offset of a socket's id. */
export const SOCK_ID: i32 = offsetof<Sock>("id")
/** SOCK_* flag: bound. */
export const FLAG_BOUND: i32 = SOCK_BOUND
/** SOCK_* flag: congested. */
export const FLAG_CONGESTED: i32 = SOCK_CONGESTED
/** SOCK_* flag: connected. */
export const FLAG_CONNECTED: i32 = SOCK_CONNECTED
/** SOCK_* flag: a filter is attached. */
export const FLAG_FILTERED: i32 = SOCK_FILTERED
/** SOCK_* flag: NETLINK_NO_ENOBUFS. */
export const FLAG_NO_ENOBUFS: i32 = SOCK_NO_ENOBUFS
/** SOCK_* flag: NETLINK_BROADCAST_ERROR. */
export const FLAG_BROADCAST_ERROR: i32 = SOCK_BROADCAST_ERROR

/** How many CPUs a machine has. */
export const MAX_CPUS: i32 = CPUS

/** Starts an empty machine; profile and limits lie in the transmit window. 0 or -ENOMEM. */
export function boot(seed: u32): i32 { return machineBoot(seed) }
/** Takes everything down; the bytes that are left in use, 0 unless something leaked. */
export function halt(): u32 { return machineHalt() }
/** Bytes of blocks in use. */
export function bytes_in_use(): u32 { return bytesInUse() }
/** The digest of the state, in two list words. */
export function state_hash(): void { result.setLong(0, stateHash()) }
/** The next number of the seeded generator. */
export function next_random(): u32 { return random() }
/** Sets the level of memory pressure, 0 to 3. */
export function set_pressure(level: u32): void { setPressure(level) }
/** Sets the knobs of failslab; `times` -1 is without end. */
export function set_failslab(probability: u32, interval: u32, times: i32, space: u32): void { failslabSet(probability, interval, times, space) }
/** The next number of the generator of faults. */
export function fault_random(): u32 { return faultRandom() }
/** Sets who watches messages: WATCH_* bits. */
export function set_watch(bits: u32): void { kernel().watch = bits }
/** Lists a module, whose name lies in the transmit window; 0, -EEXIST, -ENOMEM. */
export function module_add(length: u32): i32 { return moduleAdd(TRANSMIT_AT, length) }
/** Takes a module off the list; 0, -ENOENT. */
export function module_delete(length: u32): i32 { return moduleDelete(TRANSMIT_AT, length) }
/** The module after another (0: the first), or 0: its name in the receive window, the name's length in the first list word. */
export function module_next(module: u32): u32 { return moduleNext(module) }
/** Where what is in use of memory ends. */
export function memory_end(): u32 { return pagesEnd() }
/** Counts of the machine in the list words; the order is readStats()'s. */
export function stats(): void { readStats() }
/** The number of the network namespace whose name lies in the transmit window. -ENOSPC, -ENOMEM. */
export function namespace_number(length: u32): i32 { return namespaceNumber(TRANSMIT_AT, length) }

/** A new task; its name lies in the transmit window; pid and tgid in the list words. -EAGAIN, -EEXIST, -ENOMEM. */
export function task_spawn(pid: u32, netns: u32, uid: u32, gid: u32, capsLow: u32, capsHigh: u32, comm: u32): i32 { return taskSpawn(pid, netns, uid, gid, capsLow, capsHigh, comm) }
/** A child, or another thread, of a task; pid and tgid in the list words. -EAGAIN, -EEXIST, -ENOMEM. */
export function task_fork(task: u32, pid: u32, thread: bool): i32 { return taskFork(changetype<Task>(task), pid, thread) }
/** Ends a task with a wait status. */
export function task_exit(task: u32, status: u32): void { taskExit(changetype<Task>(task), status) }
/** Ends a process by a signal that does so. */
export function task_kill(task: u32, signal: u32): void { taskKill(changetype<Task>(task), signal) }
/** Another program, whose name lies in the transmit window. */
export function task_exec(task: u32, length: u32): void { taskExec(changetype<Task>(task), length) }
/** unshare(2). -EPERM, -ENOSPC, -ENOMEM. */
export function task_unshare(task: u32, flags: u32): i32 { return taskUnshare(changetype<Task>(task), flags) }
/** PTRACE_ATTACH. -EPERM. */
export function task_attach(tracer: u32, task: u32): i32 { return taskAttach(changetype<Task>(tracer), changetype<Task>(task)) }
/** PTRACE_DETACH. -ESRCH. */
export function task_detach(tracer: u32, task: u32): i32 { return taskDetach(changetype<Task>(tracer), changetype<Task>(task)) }
/** Moves a task to a CPU, whose counter its events take from then on. */
export function task_set_cpu(task: u32, cpu: u32): void { changetype<Task>(task).cpu = cpu }
/** Sends a recorded event of cn_proc, which lies in the transmit window; 0 if nobody listens. */
export function proc_replay(length: u32): bool { return procReplay(length) }
/** Sets the effective capabilities. -ENOMEM. */
export function task_setcaps(task: u32, low: u32, high: u32): i32 { return taskSetCaps(changetype<Task>(task), low, high) }
/** setresuid(2). -EPERM, -ENOMEM. */
export function task_setresuid(task: u32, uid: u32, euid: u32, suid: u32): i32 { return taskSetresuid(changetype<Task>(task), uid, euid, suid) }
/** setresgid(2). -EPERM, -ENOMEM. */
export function task_setresgid(task: u32, gid: u32, egid: u32, sgid: u32): i32 { return taskSetresgid(changetype<Task>(task), gid, egid, sgid) }
/** setsid(2): the session. -EPERM. */
export function task_setsid(task: u32): i32 { return taskSetsid(changetype<Task>(task)) }
/** Sets the name, which lies in the transmit window. */
export function task_setcomm(task: u32, length: u32): void { taskSetComm(changetype<Task>(task), length) }

/** socket(2): a reference, the socket's id in the first list word. */
export function socket(task: u32, family: u32, type: u32, protocol: u32): i32 { return sockOpen(changetype<Task>(task), family, type, protocol) }
/** close(2). */
export function close(sock: u32): void { sockRelease(changetype<Sock>(sock)) }
/** bind(2). */
export function bind(sock: u32, addrlen: i32, family: u32, pid: u32, groups: u32): i32 { return sockBind(changetype<Sock>(sock), addrlen, family, pid, groups) }
/** connect(2). */
export function connect(sock: u32, addrlen: i32, family: u32, pid: u32, groups: u32): i32 { return sockConnect(changetype<Sock>(sock), addrlen, family, pid, groups) }
/** getsockname(2), into the address words. */
export function getsockname(sock: u32): void { sockName(changetype<Sock>(sock)) }
/** getpeername(2), into the address words. */
export function getpeername(sock: u32): void { sockPeer(changetype<Sock>(sock)) }
/** send(2) of the transmit window. */
export function send(sock: u32, length: u32, flags: u32): i32 { return sendPlain(changetype<Sock>(sock), length, flags) }
/** send(2) of the first `length` bytes of the reserve window, which are zeros then; after an error they are what they were. */
export function send_reserved(sock: u32, length: u32, flags: u32): i32 { return sendReserved(changetype<Sock>(sock), length, flags) }
/** sendmsg(2) of the transmit window; control messages lie in the receive window. `addrlen` 0: to the peer. */
export function sendmsg(sock: u32, length: u32, flags: u32, addrlen: i32, family: u32, pid: u32, groups: u32, controllen: u32): i32 { return sendWindow(changetype<Sock>(sock), length, flags, addrlen, family, pid, groups, controllen) }
/** The first half of sendmsg(2): a message whose bytes the host fills in. */
export function send_reserve(sock: u32, length: u32, flags: u32, addrlen: i32, family: u32, pid: u32, groups: u32, controllen: u32): i32 { return sendReserve(changetype<Sock>(sock), length, flags, addrlen, family, pid, groups, controllen) }
/** The second half: delivers it. */
export function send_commit(sock: u32, skb: u32): i32 { return sendCommit(changetype<Sock>(sock), changetype<Skb>(skb)) }
/** recvmsg(2) into the receive window, or for more bytes than that in place, at DRAIN_LONG, until drain_next() gives it back. */
export function recv(sock: u32, length: u32, flags: u32): i32 { return receive(changetype<Sock>(sock), length, flags) }
/** The next message, to be read where it lies until release(), or what recv(2) says. */
export function peek(sock: u32): i32 { return inPlace.peek(changetype<Sock>(sock)) }
/** Takes it off as recv(2) does, unless somebody has: 1, and FLAG_DUMPING if dump_continue() is due; 0 if none is peeked. */
export function release(sock: u32): i32 { return inPlace.release(changetype<Sock>(sock)) }
/**
 * Gives back the messages from word `place` of the drain window on, and takes others, at most `most`: how many, with FLAG_DUMPING if
 * dump_continue() is due, -errno; 0 for no socket. Place and most are 0 and at most DRAIN_MOST, or above DRAIN_MOST and 1.
 */
export function drain_next(sock: u32, place: u32, most: u32): i32 { return drainNext(changetype<Sock>(sock), place, most) }
/** setsockopt(2); the value lies in the receive window, a filter's instructions in the transmit window and on. */
export function setsockopt(sock: u32, level: i32, name: i32, length: i32): i32 { return optionSet(changetype<Sock>(sock), level, name, length) }
/** getsockopt(2) into the receive window: the option's whole length. */
export function getsockopt(sock: u32, level: i32, name: i32, room: u32): i32 { return optionGet(changetype<Sock>(sock), level, name, room) }
/** What getsockopt(2) left out because the receive window was full, from a word on: memberships, or the filter. */
export function getsockopt_more(sock: u32, level: i32, first: u32): void { optionMore(changetype<Sock>(sock), level, first) }
/** poll(2): the bits. */
export function poll(sock: u32, events: u32): i32 { return pollBits(changetype<Sock>(sock), events) }
/** Asks for the socket's id on the ready list when it becomes readable or has room. -ENOBUFS. */
export function arm_socket(sock: u32, what: u32): i32 { return arm(changetype<Sock>(sock), what) }
/** The id of the next ready socket, or 0. */
export function ready_next(): u32 { return readyNext() }
/** The socket has a listener from now on: its slot + 1. -EBUSY, -ENOBUFS. */
export function push_on(sock: u32): i32 { return pushOn(changetype<Sock>(sock)) }
/** It has none any more; whether it had one. */
export function push_off(sock: u32): bool { return pushOff(changetype<Sock>(sock)) }
/**
 * The next message that is to be pushed: for how many listeners, or 0. Their entries in the push window: slot + 1 from bit 9 on, then
 * whether a dump goes on, then an error, which is all that the entry says then; 0: it is gone meanwhile.
 */
export function push_next(): u32 { return pushNext() }

/** cn_add_callback(): the slot of the function; its name lies in the transmit window. -EINVAL, -ENOMEM. */
export function cn_add_callback(idx: u32, val: u32, name: u32): i32 { return callbackAdd(idx, val, TRANSMIT_AT, name) }
/** Tells those who asked that an id was registered (once its function is in its slot) or unregistered. */
export function cn_announce(idx: u32, val: u32, registered: bool): void { announce(idx, val, registered) }
/** cn_del_callback(): the slot that was given back, or -1. */
export function cn_del_callback(idx: u32, val: u32): i32 { return callbackDelete(idx, val) }
/** cn_netlink_send() of the transmit window: both headers and `length` bytes of data. */
export function cn_send(idx: u32, val: u32, length: u32, portid: u32, group: u32, gfp: u32): i32 { return cnSendWindow(idx, val, length, portid, group, gfp) }
/** The first half of cn_netlink_send(): a message whose headers and data the host fills in. */
export function cn_reserve(idx: u32, val: u32, length: u32, portid: u32, group: u32, gfp: u32): i32 { return cnReserve(idx, val, length, portid, group, gfp) }
/** The second half: delivers it. */
export function cn_commit(skb: u32): i32 { return cnCommit(changetype<Skb>(skb)) }
/**
 * Asks for notices as struct cn_ctl_msg in the transmit window says: the slot of the function + 1 if one is wanted, else 0.
 * -ENODEV where nobody takes requests.
 */
export function request_notification(length: u32, wanted: bool): i32 { return requestWithSlot(length, wanted) }

/** netlink_kernel_create(): the slot of its functions, or -1. */
export function ksock_create(unit: u32, groups: u32, flags: u32, input: bool, hooks: u32): i32 { return kernelCreate(unit, groups, flags, input, hooks) }
/** netlink_kernel_release(). */
export function ksock_release(unit: u32): void { kernelRelease(unit) }
/** A message of the kernel whose bytes the host fills in, or 0 without memory. */
export function ksock_reserve(length: u32, group: u32, gfp: u32): u32 { return refOf(kernelSkb(length, group, gfp)) }
/** A message of the kernel with the bytes of the transmit window, or 0. */
export function ksock_message(length: u32, group: u32, gfp: u32): u32 { return refOf(kernelSkbFromWindow(length, group, gfp)) }
/** netlink_unicast(). */
export function ksock_unicast(unit: u32, skb: u32, portid: u32, nonblock: bool): i32 { return kernelUnicast(unit, changetype<Skb>(skb), portid, nonblock) }
/** netlink_broadcast(). */
export function ksock_broadcast(unit: u32, skb: u32, portid: u32, group: u32): i32 { return kernelBroadcast(unit, changetype<Skb>(skb), portid, group) }
/** nlmsg_notify(). */
export function ksock_notify(unit: u32, skb: u32, portid: u32, group: u32, report: bool): i32 { return kernelNotify(unit, changetype<Skb>(skb), portid, group, report) }
/** netlink_broadcast_filtered(), asking the function of a slot. */
export function ksock_broadcast_asking(unit: u32, skb: u32, portid: u32, group: u32, slot: u32): i32 { return kernelBroadcastFiltered(unit, changetype<Skb>(skb), portid, group, FILTER_ASKING + slot) }
/** netlink_ack() of the request at an offset of a message; text and cookie lie in the transmit window, `badOffset` -1 is none. */
export function ksock_ack(unit: u32, skb: u32, offset: u32, error: i32, text: u32, cookie: u32, badOffset: u32, more: u32): void { ackSend(unit, changetype<Skb>(skb), offset, error, text, cookie, badOffset, more) }
/** Prepares a dump: the slot of its hooks, -ECONNREFUSED, -EBUSY, -ENOMEM. */
export function dump_open(unit: u32, portid: u32, seq: u32, minAlloc: u32): i32 { return dumpOpen(unit, portid, seq, minAlloc) }
/** Takes a prepared dump back. */
export function dump_abort(unit: u32, portid: u32): void { dumpAbort(unit, portid) }
/** Starts a prepared dump: -EINTR, or an error. */
export function dump_begin(unit: u32, portid: u32): i32 { return dumpBegin(unit, portid) }
/** One more part of a running dump, if there is room. */
export function dump_continue(sock: u32): void { dumpContinue(changetype<Sock>(sock)) }
/** A slot for a function that is needed for one call, or -1 without memory. */
export function slot_take(): i32 { return slots.slotTake() }
/** Gives such a slot back. */
export function slot_give(slot: u32): void { slots.slotGive(slot) }
/** netlink_has_listeners(). */
export function ksock_has_listeners(unit: u32, group: u32): bool { return hasListeners(unit, group) }
/** __netlink_clear_multicast_users(). */
export function ksock_clear_group(unit: u32, group: u32): void { groupClear(unit, group) }
/** netlink_set_err(). */
export function ksock_set_err(unit: u32, portid: u32, group: u32, error: u32): i32 { return kernelSetError(unit, portid, group, error) }
/** Turns release events on; the slot of their function, or -1 without memory. */
export function notifier_on(): i32 { return notifierSlot() }

/** Arms a new timer for a tick of 64 bits: a reference, its slot in the first list word. -ENOMEM. */
export function timer_add(low: u32, high: u32): i32 { return timerAdd((<u64>high << 32) | low) }
/** Arms a pending timer for another tick. */
export function timer_move(timer: u32, low: u32, high: u32): void { timerMove(changetype<Timer>(timer), (<u64>high << 32) | low) }
/** The timer after another in the order of arming (0: the first), or 0: its tick in two list words, then its slot. */
export function timer_next(timer: u32): u32 { return timerNext(timer) }
/** The tick at which time has something to do next, in two list words; false if there is none. */
export function clock_next(): bool { return clockNext() }
/** Runs the oldest queued work; false if there was none. */
export function work_run(): bool { return runWork() }
/** Takes a pending timer back. */
export function timer_delete(timer: u32): void { timerDelete(changetype<Timer>(timer)) }
/** Moves time by milliseconds and nanoseconds, running what is due. -EDEADLK. */
export function clock_advance(milliseconds: u32, nanoseconds: u32): i32 { return advance(<u64>milliseconds * 1000000 + nanoseconds) }
/** The time in nanoseconds, in two list words. */
export function clock_read(): void { result.setLong(0, kernel().now) }

/** printk() of the text in the transmit window. */
export function log_write(length: u32): void { logWrite(TRANSMIT_AT, length) }
/** A line of the log into the receive window: its length, or -1; time and next position in the list words. */
export function log_read(position: u32): i32 { return logRead(position) }
/**
 * The callback after another in the order of registration (0: the first), or 0: idx, val, slot, kind and the name's length in
 * the list words, the name in the receive window.
 */
export function callback_next(callback: u32): u32 { return listCallback(callback) }
/** The task after another (0: the first), or 0; the words are taskNext()'s. */
export function task_next(task: u32): u32 { return taskNext(task) }
/** Describes the task with this id in the initial pid namespace as task_next() does; its reference, or 0. */
export function task_find(pid: u32): u32 { return taskDescribe(taskByPid(pid)) }
/** The slot of the function of an id, or -1. */
export function callback_slot(idx: u32, val: u32): i32 { return callbackSlot(idx, val) }
/** The notification request after another (0: the first), or 0: slot or -1, group, ranges of idx, of val, where they lie. */
export function request_next(request: u32): u32 { return requestNext(request) }
/** The slot of a kernel socket's functions, or -1. */
export function ksock_slot(unit: u32): i32 { return kernelSlot(unit) }
/** The slot of a dump that a socket has running, or -1. */
export function dump_slot(sock: u32): i32 { return dumpSlot(changetype<Sock>(sock)) }
/** The socket after another (0: the first), or 0. */
export function socket_next(sock: u32): u32 { return refOf(nextSock(changetype<Sock>(sock))) }
/** Describes a socket in the list words; the order is describeSock()'s. */
export function socket_describe(sock: u32): void { describeSock(changetype<Sock>(sock)) }
/** The least group above another that a socket is a member of, or 0. */
export function socket_group(sock: u32, after: u32): u32 { return nextMembership(changetype<Sock>(sock), after) }
/** A message of a socket's queue, the one that is next having index 0. */
export function socket_queued(sock: u32, index: u32): u32 { return refOf(queuedAt(changetype<Sock>(sock), index)) }
/** A socket overruns, as if it had lost a message. */
export function socket_overrun(sock: u32): void { overrun(changetype<Sock>(sock)) }
/** The group at a place of the table or behind it, in the list words as nextGroup() has it; the place behind it, or 0. */
export function group_next(at: u32): u32 { return nextGroup(at) }

function requestWithSlot(length: u32, wanted: bool): i32 {
  if (!kernel().notifications) return -ENODEV
  let slot = 0
  if (wanted) {
    slot = slots.slotTake() + 1
    if (slot == 0) return -ENOMEM
  }
  const error = request(TRANSMIT_AT, length, slot)
  // A request that takes others back, or was refused, keeps no function.
  if (slot && (error || load<u32>(TRANSMIT_AT, 8) == 0)) {
    slots.slotGive(slot - 1)
    slot = 0
  }
  return error ? error : slot
}

function clockNext(): bool {
  const next = wheelNext()
  result.setLong(0, next)
  return next != u64.MAX_VALUE
}

function notifierSlot(): i32 {
  const k = kernel()
  if (!k.notifier) k.notifier = slots.slotTake() + 1
  return k.notifier - 1
}

function listCallback(reference: u32): u32 {
  const before = changetype<CnCallback>(reference)
  const callback = nil(before) ? kernel().firstCallback : before.next
  if (nil(callback)) return 0
  copyResults(result.RESULT_LIST, changetype<usize>(callback) + offsetof<CnCallback>("idx"), 5)
  memory.copy(RECEIVE_AT, changetype<usize>(callback) + CALLBACK_NAME, callback.nameLength)
  return refOf(callback)
}
