// Which numbers of a journal may be handed to the machine. The machine trusts references: they are places in its memory. A journal
// that nobody made by recording can have any number there, so only those are let through that the machine itself has given, and
// that are still good. The same for the few numbers that mean something to the machine without being looked at.

import { LAYOUT, OPCODES } from '../abi.generated.js'
import type { Machine } from '../machine.js'
import { argumentNames, callName } from './call-names.js'
import type { Call } from './calls.js'

const PROTOCOLS = 32
const LAST_ERRNO = 133
const MOST_WATCH = LAYOUT.WATCH_FAULTS | LAYOUT.WATCH_TAP
const SLOT_SHIFT = 4
const KIND_MASK = 15

interface LivingTask {
  readonly leader: number
  readonly threads: Set<number>
  readonly sockets: Set<number>
}

/** Who gives up a message that was reserved: a socket that sends it, or the kernel. */
const MAKERS: Partial<Record<OPCODES, 'socket' | 'kernel'>> = {
  [OPCODES.SEND_RESERVE]: 'socket',
  [OPCODES.CN_RESERVE]: 'kernel',
  [OPCODES.KSOCK_RESERVE]: 'kernel',
  [OPCODES.KSOCK_MESSAGE]: 'kernel',
}

// Who drains has a place for many messages, each drain within it one for a single message; where a long one stands nothing is taken.
function mayDrain(drained: number, place: number, most: number): boolean {
  if (place === 0) return most <= LAYOUT.DRAIN_MOST
  if (place === LAYOUT.DRAIN_LONG) return drained === 0
  return place > LAYOUT.DRAIN_MOST && place < 2 * LAYOUT.DRAIN_MOST && most <= 1
}

export class References {
  readonly #machine: Machine
  readonly #tasks = new Map<number, LivingTask>()
  /** Each socket, and the task that owns it. */
  readonly #sockets = new Map<number, number>()
  readonly #timers = new Map<number, number>()
  readonly #timerOfSlot = new Map<number, number>()
  readonly #messages = new Map<number, 'socket' | 'kernel'>()
  readonly #slots = new Set<number>()
  readonly #units = new Set<number>()
  /** Prepared dumps, by protocol and port. */
  readonly #dumps = new Map<string, number>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** Takes what the machine has, which must be at rest, for all that there is. */
  scan(): void {
    const { raw } = this.#machine
    const known = [
      this.#tasks,
      this.#sockets,
      this.#timers,
      this.#timerOfSlot,
      this.#messages,
      this.#slots,
      this.#units,
      this.#dumps,
    ]
    for (const one of known) one.clear()
    const byPid = new Map<number, number>()
    for (let task = raw.task_next(0); task !== 0; task = raw.task_next(task)) {
      const [pid, tgid] = [this.#machine.listWord(0), this.#machine.listWord(1)]
      byPid.set(pid, task)
      this.#bear(task, pid === tgid ? task : (byPid.get(tgid) ?? task))
    }
    for (let sock = raw.socket_next(0); sock !== 0; sock = raw.socket_next(sock)) {
      raw.socket_describe(sock)
      this.#opened(sock, this.#machine.listWord(4))
    }
    for (let timer = raw.timer_next(0); timer !== 0; timer = raw.timer_next(timer)) {
      const slot = this.#machine.listWord(2)
      if (slot !== LAYOUT.SLOT_DELAYS >>> 0) this.#armed(timer, slot)
    }
    for (let unit = 0; unit < PROTOCOLS; unit++) if (raw.ksock_slot(unit) >= 0) this.#units.add(unit)
  }

  #bear(task: number, leader: number): void {
    this.#tasks.set(task, { leader, threads: new Set(), sockets: new Set() })
    if (leader !== task) this.#tasks.get(leader)?.threads.add(task)
  }

  #opened(sock: number, task: number): void {
    const owner = this.#tasks.get(task)?.leader ?? task
    this.#sockets.set(sock, owner)
    this.#tasks.get(owner)?.sockets.add(sock)
  }

  #armed(timer: number, slot: number): void {
    this.#timers.set(timer, slot)
    this.#timerOfSlot.set(slot, timer)
  }

  /** Whether there is nothing that only the next calls know of: what scan() would not find again. */
  get settled(): boolean {
    if (this.#messages.size > 0 || this.#slots.size > 0 || this.#dumps.size > 0) return false
    // What a receiver has taken off a queue and reads is in no image.
    return this.#machine.words[LAYOUT.DRAIN >>> 2] === 0 && !this.#hasLong
  }

  // Whether recv() has left a message where it lay.
  get #hasLong(): boolean {
    return this.#machine.words[(LAYOUT.DRAIN >>> 2) + LAYOUT.DRAIN_LONG] !== 0
  }

  // ---- may it be called

  /**
   * Why a call must not be made with these arguments, or undefined if it may. Its arguments lie in `words` from `at` on; `given`
   * says whether a message is one that a function was given that runs now.
   */
  refuse(call: Call, words: Uint32Array, at: number, given: (message: number) => boolean): string | undefined {
    const names = argumentNames(call)
    for (let index = 0; index < names.length; index++) {
      const value = words[at + index] as number
      const name = names[index] as string
      const wanted = this.#wanted(call, name, value, given)
      if (wanted !== undefined) return `${name} ${value} of ${callName(call)}() is not ${wanted}`
    }
    if (call.opcode === OPCODES.DRAIN_NEXT) {
      const [drained, place, most] = words.subarray(at, at + 3) as Iterable<number> as [number, number, number]
      if (!mayDrain(drained, place, most)) return `nobody takes ${most} messages at place ${place} of the drain window`
    }
    if (call.opcode === OPCODES.RECV && this.#hasLong) {
      return `${callName(call)}() comes before the last long message was given back`
    }
    if (call.opcode === OPCODES.DUMP_ABORT || call.opcode === OPCODES.DUMP_BEGIN) {
      const key = `${words[at]}:${words[at + 1]}`
      if (!this.#dumps.has(key)) return `${callName(call)}() is about a dump that was not prepared`
    }
    return undefined
  }

  // What an argument should be and is not, or undefined.
  #wanted(call: Call, name: string, value: number, given: (message: number) => boolean): string | undefined {
    switch (name) {
      case 'task':
      case 'tracee':
        return this.#tasks.has(value) ? undefined : 'a task that lives'
      case 'sock':
        return this.#sockets.has(value) ? undefined : 'an open socket'
      case 'drained':
        return value === 0 || this.#sockets.has(value) ? undefined : 'an open socket, or none'
      case 'timer':
        return this.#timers.has(value) ? undefined : 'a pending timer'
      case 'slot':
        return this.#slots.has(value) ? undefined : 'a slot that was taken'
      case 'skb': {
        const maker = call.opcode === OPCODES.SEND_COMMIT ? 'socket' : 'kernel'
        return this.#messages.get(value) === maker ? undefined : 'a message that was made for it'
      }
      case 'request':
        return given(value) ? undefined : 'a message that a function was given'
      case 'unit':
        if (call.opcode === OPCODES.KSOCK_RELEASE)
          return this.#units.has(value) ? undefined : 'the protocol of a kernel socket'
        return value < PROTOCOLS ? undefined : 'a protocol'
      case 'cpu':
        return value < LAYOUT.MAX_CPUS ? undefined : 'a CPU'
      case 'watch':
        return value <= MOST_WATCH ? undefined : 'of WATCH_* bits'
      case 'arm':
        return value === LAYOUT.ARM_READ || value === LAYOUT.ARM_ROOM ? undefined : 'ARM_READ or ARM_ROOM'
      case 'errno':
        return value >= 1 && value <= LAST_ERRNO ? undefined : 'an error number'
      default:
        return undefined
    }
  }

  // ---- what comes of it

  /** A call is about to be made: what it gives up is good for nothing from now on. */
  before(call: Call, words: Uint32Array, at: number): void {
    if (call.givesUp >= 0) this.#messages.delete(words[at + call.givesUp] as number)
    const first = words[at] as number
    switch (call.opcode) {
      case OPCODES.CLOSE:
        this.#closed(first)
        break
      case OPCODES.TASK_EXIT:
      case OPCODES.TASK_KILL:
        this.#ended(first)
        break
      case OPCODES.TIMER_DELETE:
        this.#disarmed(first)
        break
      case OPCODES.SLOT_GIVE:
        this.#slots.delete(first)
        break
      case OPCODES.KSOCK_RELEASE:
        this.#units.delete(first)
        break
      case OPCODES.DUMP_ABORT:
      case OPCODES.DUMP_BEGIN: {
        const key = `${first}:${words[at + 1]}`
        const left = (this.#dumps.get(key) ?? 0) - 1
        if (left > 0) this.#dumps.set(key, left)
        else this.#dumps.delete(key)
      }
    }
  }

  #closed(sock: number): void {
    this.#tasks.get(this.#sockets.get(sock) as number)?.sockets.delete(sock)
    this.#sockets.delete(sock)
  }

  // A process takes its threads along, and its sockets.
  #ended(task: number): void {
    const one = this.#tasks.get(task)
    if (one === undefined) return
    this.#tasks.delete(task)
    this.#tasks.get(one.leader)?.threads.delete(task)
    for (const thread of one.threads) this.#tasks.delete(thread)
    for (const sock of one.sockets) this.#sockets.delete(sock)
  }

  #disarmed(timer: number): void {
    this.#timerOfSlot.delete(this.#timers.get(timer) as number)
    this.#timers.delete(timer)
  }

  /** A call has given its result: what it made is good from now on. Nothing else may have been called since. */
  after(call: Call, words: Uint32Array, at: number, result: number): void {
    const first = words[at] as number
    switch (call.opcode) {
      case OPCODES.TASK_SPAWN:
        if (result > 0) this.#bear(result, result)
        break
      case OPCODES.TASK_FORK:
        if (result > 0) this.#bear(result, words[at + 2] === 0 ? result : (this.#tasks.get(first)?.leader ?? result))
        break
      case OPCODES.SOCKET:
        if (result > 0) this.#opened(result, first)
        break
      case OPCODES.TIMER_ADD:
        if (result > 0) this.#armed(result, this.#machine.listWord(0))
        break
      case OPCODES.SLOT_TAKE:
        if (result >= 0) this.#slots.add(result)
        break
      case OPCODES.KSOCK_CREATE:
        if (result >= 0) this.#units.add(first)
        break
      case OPCODES.DUMP_OPEN:
        if (result >= 0) this.#prepared(`${first}:${words[at + 1]}`)
        break
      default: {
        const maker = MAKERS[call.opcode]
        if (maker !== undefined && result > 0) this.#messages.set(result, maker)
      }
    }
  }

  #prepared(key: string): void {
    this.#dumps.set(key, (this.#dumps.get(key) ?? 0) + 1)
  }

  /** The machine calls the host: a timer that fires is one no more. */
  entered(kindSlot: number): void {
    if ((kindSlot & KIND_MASK) !== LAYOUT.CALL_TIMER) return
    const timer = this.#timerOfSlot.get(kindSlot >>> SLOT_SHIFT)
    if (timer !== undefined) this.#disarmed(timer)
  }
}
