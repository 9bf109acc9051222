// A question, looked at: who sends what to where, with everything in numbers.

import type { ExplainQuestion } from '../../api.js'
import type { Machine } from '../../machine/index.js'
import { CN_IDX_PROC, CN_VAL_PROC, NETLINK_CONNECTOR, u32 } from '../../uapi/index.js'
import { asOptions, asPlainBytes, Socket } from '../../user/index.js'
import { idOf, PROTOCOLS, type SocketFacts } from '../facts.js'

/** The least datagram of cn_proc: both headers and an event. */
const PROC_BYTES = 76
const MOST_MASKED_GROUP = 32

export interface Asked {
  /** null: the kernel sends. */
  readonly from: SocketFacts | null
  readonly protocol: number
  readonly data: Uint8Array
  /** Whether an address is named with the call; else it is the sender's peer. */
  readonly named: boolean
  readonly portid: number
  readonly group: number
  /** The kernel names nobody: the connector sends to the group of the id, if that is registered. */
  readonly byId: boolean
  /** A process event, which goes its own way. */
  readonly event: boolean
  /** The receiver that is asked about; 'closed' if it is. */
  readonly receiver: SocketFacts | 'closed' | null
}

/** @throws TypeError, RangeError for a question that makes no sense, SystemError EBADF if the sender is closed */
export function checkQuestion(machine: Machine, sockets: readonly SocketFacts[], question: ExplainQuestion): Asked {
  const { from, protocol, data, to, receiver } = asOptions(question, 'question', {
    from: 1,
    protocol: 1,
    data: 1,
    to: 1,
    receiver: 1,
  })
  const bytes = asPlainBytes(data, 'data')
  const sender = from === undefined ? null : factsOf(machine, sockets, from, 'from')
  const unit = sender?.protocol ?? u32(protocol ?? NETLINK_CONNECTOR, 'protocol')
  if (unit >= PROTOCOLS) throw new RangeError(`protocol must be below ${PROTOCOLS}, not ${unit}`)
  if (sender !== null && protocol !== undefined && u32(protocol, 'protocol') !== unit)
    throw new RangeError(`protocol is ${protocol}, and the sender's is ${unit}`)
  const { portid, group } = target(to, sender)
  const id = unit === NETLINK_CONNECTOR && sender === null ? idOf(bytes) : null
  const ofProc = id?.idx === CN_IDX_PROC && id.val === CN_VAL_PROC && bytes.length >= PROC_BYTES
  const byId = id !== null && to === undefined
  return {
    from: sender,
    protocol: unit,
    data: bytes,
    named: to !== undefined,
    portid,
    group: byId ? id.idx : group,
    byId: byId && !ofProc,
    event: ofProc && (byId || (group === CN_IDX_PROC && portid === 0)),
    receiver: receiver === undefined ? null : receiverOf(machine, sockets, receiver),
  }
}

function target(to: ExplainQuestion['to'], sender: SocketFacts | null): { portid: number; group: number } {
  if (to === undefined) return sender?.peer ?? { portid: 0, group: 0 }
  const { nl_pid = 0, nl_groups = 0, group } = asOptions(to, 'to', { nl_pid: 1, nl_groups: 1, group: 1 })
  const mask = u32(nl_groups, 'to.nl_groups')
  const lowest = mask === 0 ? 0 : 32 - Math.clz32(mask & -mask)
  if (group === undefined) return { portid: u32(nl_pid, 'to.nl_pid'), group: lowest }
  const number = u32(group, 'to.group')
  if (mask !== 0 && lowest !== number) throw new RangeError(`to.group is ${number}, and to.nl_groups says ${lowest}`)
  if (sender !== null && number > MOST_MASKED_GROUP)
    throw new RangeError(`to.group must be at most ${MOST_MASKED_GROUP} for a message of a task, not ${number}`)
  return { portid: u32(nl_pid, 'to.nl_pid'), group: number }
}

function receiverOf(
  machine: Machine,
  sockets: readonly SocketFacts[],
  receiver: NonNullable<ExplainQuestion['receiver']>,
): SocketFacts | 'closed' {
  // Of another machine is a mistake, closed is an answer.
  if (receiver instanceof Socket && receiver.closed) return 'closed'
  return factsOf(machine, sockets, receiver, 'receiver')
}

function factsOf(machine: Machine, sockets: readonly SocketFacts[], socket: unknown, name: string): SocketFacts {
  const ref = Socket.reference(machine, socket, name)
  return sockets.find((one) => one.ref === ref) as SocketFacts
}
