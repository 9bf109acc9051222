// Gaps in sequence numbers: the way to see messages that were lost, connector.txt 130-133.

import type { ClientMessage, Gap } from './messages.js'

/**
 * Names a source of messages that counts its sequence numbers up by one; undefined: this message is not counted.
 *
 * @example
 * // cn_proc counts per CPU.
 * const sequence: SequenceOption = ({ id, data }) => (id.idx === 1 ? `cpu ${decodeProcEvent(data).cpu}` : undefined)
 */
export type SequenceKey = string | number | bigint | undefined

/**
 * Where a client looks for gaps. `none`: nowhere. `per-id`: in the messages to groups, each id of each sender by itself; that fits
 * ConnectorService.broadcast(). A function names the source of every message that is no reply.
 *
 * @example const client = connect(kernel, task, { groups: [5], sequence: 'per-id' })
 */
export type SequenceOption = 'none' | 'per-id' | ((message: ClientMessage) => SequenceKey)

/** One source, and the number that it should send next. */
interface Source {
  expected: number
  readonly portid: number
  readonly idx: number
  readonly val: number
}

/** More sources than these are not remembered; the one known longest is forgotten, and starts anew when it is heard again. */
const MAX_SOURCES = 4096

/** Half of the numbers lie ahead, the other half behind: then the sender started anew, or a message came twice. */
const HALF = 0x80000000

export class GapDetector {
  readonly #option: SequenceOption
  readonly #sources = new Map<SequenceKey, Source>()
  /** The source heard last: a stream from one source makes no key. */
  #last: Source | undefined

  constructor(option: SequenceOption) {
    this.#option = option
  }

  /** Counts a message; says what is missing before it, if anything. A source's first message is the number it starts from. */
  check(message: ClientMessage): Gap | undefined {
    if (this.#option === 'none') return undefined
    if (this.#option !== 'per-id') {
      const key = this.#option(message)
      return key === undefined ? undefined : this.#count(this.#sources.get(key), key, message)
    }
    if (message.group === 0) return undefined
    if (this.#last !== undefined && isFrom(this.#last, message)) return this.#count(this.#last, undefined, message)
    const key = `${message.portid} ${message.id.idx} ${message.id.val}`
    return this.#count(this.#sources.get(key), key, message)
  }

  /** Saves what each source should send next. */
  keep(): () => void {
    const sources = [...this.#sources].map(([key, source]) => [key, { ...source }] as const)
    return () => {
      this.#last = undefined
      this.#sources.clear()
      for (const [key, source] of sources) this.#sources.set(key, { ...source })
    }
  }

  #count(source: Source | undefined, key: SequenceKey, message: ClientMessage): Gap | undefined {
    const { seq, id, portid } = message
    const next = (seq + 1) >>> 0
    this.#last = source ?? this.#remember(key, { expected: seq, portid, idx: id.idx, val: id.val })
    const { expected } = this.#last
    this.#last.expected = next
    const missing = (seq - expected) >>> 0
    if (missing === 0 || missing >= HALF) return undefined
    return { type: 'gap', id, portid, expected, received: seq, missing }
  }

  #remember(key: SequenceKey, source: Source): Source {
    if (this.#sources.size === MAX_SOURCES) this.#sources.delete(this.#sources.keys().next().value)
    this.#sources.set(key, source)
    return source
  }
}

function isFrom(source: Source, { portid, id }: ClientMessage): boolean {
  return source.portid === portid && source.idx === id.idx && source.val === id.val
}
