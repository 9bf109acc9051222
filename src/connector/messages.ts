// What a client gives out: messages, and what it knows about messages that never came.

import type { CbId, CnMsg } from '../uapi/index.js'

/**
 * A message as a client received it: a copy, and the reader's own.
 *
 * @example
 * for await (const { id, data, portid } of client) console.log(id.idx, portid === 0 ? 'the kernel' : portid, data)
 */
export interface ClientMessage extends CnMsg {
  readonly type: 'message'
  /** The sender's port, 0 for the kernel. */
  readonly portid: number
  /** The group that the sender named, 0 for a message to this client alone. */
  readonly group: number
}

/**
 * Why messages are lost. `ENOBUFS`: the socket overran. `maxQueued`: the client had to look for a reply behind more messages than it
 * may set aside. `malformed`: bytes came that are no connector messages, or over 64 KiB of them.
 *
 * @example if (item.type === 'loss' && item.reason === 'ENOBUFS') resynchronise()
 */
export type LossReason = 'ENOBUFS' | 'maxQueued' | 'malformed'

/**
 * Messages are lost, no more is known of them than `missing`, if that. It is reported where it was met, which for ENOBUFS is before
 * the messages that were queued earlier: the kernel tells it first.
 *
 * @example const lost: Loss = { type: 'loss', reason: 'ENOBUFS' }
 */
export interface Loss {
  readonly type: 'loss'
  readonly reason: LossReason
  /** How many; only where it is known. */
  readonly missing?: number
}

/**
 * Numbers are missing in a sequence (see SequenceOption). The message that showed it follows. Whatever the reason was, a Gap counts
 * it: also what was reported as a Loss.
 *
 * @example if (item.type === 'gap') console.warn(`${item.missing} messages of ${item.id.idx}:${item.id.val} are lost`)
 */
export interface Gap {
  readonly type: 'gap'
  /** The id and the sender of the message that showed it. */
  readonly id: CbId
  readonly portid: number
  /** The sequence number that should have come, and the one that came. */
  readonly expected: number
  readonly received: number
  readonly missing: number
}

/**
 * What `for await` gives with `losses: 'values'`: tell them apart by `type`.
 *
 * @example
 * const client = connect(kernel, task, { groups: [5], losses: 'values' })
 * for await (const item of client) if (item.type !== 'message') console.warn('lost', item)
 */
export type MessageOrLoss = ClientMessage | Loss | Gap
