// Which message a call of a journal sends: its bytes, who sends it and where to, as a question that explain() takes.

import type { ExplainQuestion } from '../../index.js'
import { readSockets } from '../../kernel/facts.js'
import type { Kernel } from '../../kernel/index.js'
import { looking } from '../../kernel/looking.js'
import type { Machine } from '../../machine/index.js'
import { callName } from '../../machine/journal/call-names.js'
import type { CallName } from '../../machine/journal/calls.js'
import type { JournalData } from '../../machine/journal/read.js'
import { type CallRecord, callRecordAt } from '../../machine/journal/record-index.js'
import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  encodeConnectorMessage,
  errnoName,
  NETLINK_CONNECTOR,
  PROC_EVENTS,
} from '../../uapi/index.js'

/** Bytes of struct proc_event, without what follows `event_data`. */
const PROC_EVENT_BYTES = 40
/** Of a message that could not be made so many are looked at. */
const MOST_BYTES = 2 ** 28

/** The calls that send, and what makes the message of those that send one made before. */
const SENDERS: Partial<Record<CallName, readonly CallName[]>> = {
  send: [],
  send_reserved: [],
  sendmsg: [],
  send_commit: ['send_reserve'],
  cn_send: [],
  cn_commit: ['cn_reserve'],
  ksock_unicast: ['ksock_reserve', 'ksock_message'],
  ksock_broadcast: ['ksock_reserve', 'ksock_message'],
  ksock_notify: ['ksock_reserve', 'ksock_message'],
  ksock_broadcast_asking: ['ksock_reserve', 'ksock_message'],
  proc_replay: [],
}
/** The calls that make a message which another call sends. */
const MAKERS: readonly CallName[] = ['send_reserve', 'cn_reserve', 'ksock_reserve', 'ksock_message']
/** The calls of which cn_proc tells, and as what. */
const EVENTS: Partial<Record<CallName, string>> = {
  task_fork: 'FORK',
  task_exec: 'EXEC',
  task_exit: 'EXIT',
  task_kill: 'EXIT',
  task_setcomm: 'COMM',
  task_setresuid: 'UID',
  task_setresgid: 'GID',
  task_setsid: 'SID',
  task_attach: 'PTRACE',
  task_detach: 'PTRACE',
}

/** The calls of a journal, with the parts of their records. */
export class Sent {
  readonly #data: JournalData

  constructor(data: JournalData) {
    this.#data = data
  }

  /** The call that sends what call `n` sends or makes; undefined if it does neither. */
  sender(n: number): number | undefined {
    const name = callName(this.#record(n).call)
    if (name in SENDERS || name in EVENTS) return n
    if (!MAKERS.includes(name)) return undefined
    // A message that could not be made is sent by nobody: the call itself is what there is to explain.
    const message = this.#result(n)
    return message <= 0 ? n : (this.#find(n + 1, 1, (record) => this.#givesUp(record) === message) ?? n)
  }

  /** The nearest call behind `n` that sends something. */
  nextSender(n: number): number | undefined {
    return this.#find(n + 1, 1, ({ call }) => callName(call) in SENDERS || callName(call) in EVENTS)
  }

  /** The questions about the message of a call that sender() gave, in the kernel as it is before that call: one for each way it goes. */
  questions(n: number, machine: Machine, kernel: Kernel): ExplainQuestion[] {
    const record = this.#record(n)
    if (callName(record.call) !== 'ksock_notify') return [this.#question(n, machine, kernel)]
    const [protocol = 0, message, portid = 0, group = 0, report = 0] = this.#args(record)
    const data = bytesOf(machine, message)
    // nlmsg_notify() leaves out of the group who gets the report, and tells them afterwards.
    const toGroup = { protocol, data, to: { nl_pid: report === 0 ? 0 : portid, group } }
    return [...(group === 0 ? [] : [toGroup]), ...(report === 0 ? [] : [{ protocol, data, to: { nl_pid: portid } }])]
  }

  #question(n: number, machine: Machine, kernel: Kernel): ExplainQuestion {
    const record = this.#record(n)
    const name = callName(record.call)
    const args = this.#args(record)
    switch (name) {
      case 'send':
      case 'send_reserved':
        return { from: socketAt(machine, kernel, args[0]), data: this.#transmitted(record) }
      case 'sendmsg':
        return { ...addressed(machine, kernel, args), data: this.#transmitted(record) }
      case 'send_reserve':
        return { ...addressed(machine, kernel, args), data: emptyBytes(args[1]) }
      case 'send_commit':
        return { ...addressed(machine, kernel, this.#maker(n, args[1])), data: bytesOf(machine, args[1]) }
      case 'cn_send':
        return { ...byConnector(args), data: this.#transmitted(record) }
      case 'cn_commit':
        return { ...byConnector(this.#maker(n, args[0])), data: bytesOf(machine, args[0]) }
      case 'cn_reserve':
        return { ...byConnector(args), data: encodeConnectorMessage({ id: { idx: args[0] ?? 0, val: args[1] ?? 0 } }) }
      case 'ksock_unicast':
        return { protocol: args[0] ?? 0, data: bytesOf(machine, args[1]), to: { nl_pid: args[2] ?? 0 } }
      case 'ksock_broadcast':
      case 'ksock_broadcast_asking':
        return {
          protocol: args[0] ?? 0,
          data: bytesOf(machine, args[1]),
          to: { nl_pid: args[2] ?? 0, group: args[3] ?? 0 },
        }
      case 'proc_replay':
        return { data: this.#transmitted(record), to: { group: CN_IDX_PROC } }
      case 'ksock_reserve':
      case 'ksock_message':
        return { protocol: NETLINK_CONNECTOR, data: emptyBytes(args[0]), to: { group: args[1] ?? 0 } }
      default:
        return { data: eventOf(name), to: { group: CN_IDX_PROC } }
    }
  }

  #record(n: number): CallRecord {
    const { words, index } = this.#data
    return callRecordAt(words, index.calls[n] as number) as CallRecord
  }

  #args({ args, result }: CallRecord): readonly number[] {
    return [...this.#data.words.subarray(args, result)]
  }

  /** The name of the error that a call answered, if it did. */
  failure(n: number): string | undefined {
    const result = this.#result(n)
    if (result < 0) return errnoName(result)
    // A message of the kernel that cannot be made lies nowhere.
    return result === 0 && MAKERS.includes(callName(this.#record(n).call)) ? 'ENOMEM' : undefined
  }

  /** What call `n` answered; for one that makes a message, where it lies. */
  #result(n: number): number {
    return (this.#data.words[this.#record(n).result] as number) | 0
  }

  #givesUp({ call, args }: CallRecord): number {
    return call.givesUp < 0 ? 0 : (this.#data.words[args + call.givesUp] as number) | 0
  }

  #find(from: number, step: 1 | -1, is: (record: CallRecord, n: number) => boolean): number | undefined {
    const { length } = this.#data.index.calls
    for (let n = from; n >= 0 && n < length; n += step) if (is(this.#record(n), n)) return n
    return undefined
  }

  // The arguments of the call that made a message.
  #maker(n: number, message: number | undefined): readonly number[] {
    const makers = SENDERS[callName(this.#record(n).call)] ?? []
    const maker = this.#find(
      n - 1,
      -1,
      ({ call }, at) => makers.includes(callName(call)) && this.#result(at) === message,
    )
    return maker === undefined ? [] : this.#args(this.#record(maker))
  }

  #transmitted({ transmit, transmitBytes }: CallRecord): Uint8Array {
    const { words } = this.#data
    return new Uint8Array(words.buffer, words.byteOffset + transmit * 4, transmitBytes).slice()
  }
}

/** What sendmsg() is given beside the bytes: sock, length, flags, addrlen, family, pid, groups. */
function addressed(machine: Machine, kernel: Kernel, args: readonly number[]): Pick<ExplainQuestion, 'from' | 'to'> {
  const [sock, , , addrlen, , nl_pid = 0, nl_groups = 0] = args
  const from = socketAt(machine, kernel, sock)
  return addrlen === 0 ? { from } : { from, to: { nl_pid, nl_groups } }
}

/** What cn_netlink_send() is given: idx, val, length, port, group. Without either it is the group of the id. */
function byConnector([, , , nl_pid = 0, group = 0]: readonly number[]): Pick<ExplainQuestion, 'protocol' | 'to'> {
  const protocol = NETLINK_CONNECTOR
  return nl_pid === 0 && group === 0 ? { protocol } : { protocol, to: { nl_pid, group } }
}

/** The bytes of a message that was never filled in; of a journal that nobody recorded the length may be anything. */
function emptyBytes(length = 0): Uint8Array {
  return new Uint8Array(Math.min(length, MOST_BYTES))
}

function bytesOf(machine: Machine, message = 0): Uint8Array {
  return machine.messageBytes(message, machine.messageLength(message)).slice()
}

function socketAt(machine: Machine, kernel: Kernel, sock: number | undefined) {
  const id = looking(machine, () => readSockets(machine).find(({ ref }) => ref === sock)?.id)
  const all = kernel.tasks().flatMap((task) => kernel.sockets(task))
  const socket = all.find((one) => kernel.socketId(one) === id)
  if (socket === undefined) throw new Error(`no socket lies at ${sock}`)
  return socket
}

/** An event as cn_proc sends it, of the kind that a call causes. */
function eventOf(name: CallName): Uint8Array {
  const data = new Uint8Array(PROC_EVENT_BYTES)
  const what = PROC_EVENTS[`PROC_EVENT_${EVENTS[name]}`] ?? 0
  new DataView(data.buffer).setUint32(0, what, true)
  return encodeConnectorMessage({ id: { idx: CN_IDX_PROC, val: CN_VAL_PROC }, data })
}
