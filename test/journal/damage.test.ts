// Journals that are damaged, cut short, or made up: refused with the place, or replayed; nothing traps, and nothing hangs.
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { boot, JournalError, type ReplayResult, replay } from '../../src/index.js'
import { LAYOUT, OPCODES } from '../../src/machine/abi.generated.js'
import { FORMAT_VERSION } from '../../src/machine/journal/format.js'
import { readJournal } from '../../src/machine/journal/read.js'
import * as uapi from '../../src/uapi/index.js'
import { generator } from '../faults/histories.js'
import { pair } from '../support/pair.js'
import { journalOf, sealed, wordsOf } from './support.js'

const RUNS = Number(process.env.JOURNAL_RUNS ?? 400)

afterEach(() => vi.restoreAllMocks())

/** Why a journal is refused; null for one that is played. */
function refusalOf(journal: Uint8Array): JournalError | null {
  try {
    replay(journal)
    return null
  } catch (error) {
    if (error instanceof JournalError) return error
    throw error
  }
}

/** About 1000 calls with little data: each byte of it is changed in turn. */
function smallJournal(): Uint8Array {
  const kernel = boot({ journal: true })
  const id = { idx: 5, val: 1 }
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  kernel.cn_add_callback(id, 'answers', (msg, { portid }) => {
    msg.data.fill(msg.seq)
    kernel.cn_netlink_send({ id: msg.id, seq: msg.seq, ack: 1 }, portid, 0, uapi.GFP_ATOMIC)
  })
  for (let seq = 0; kernel.journal.calls < 1000; seq++) {
    socket.send(uapi.encodeConnectorMessage({ id, seq, data: new Uint8Array(seq % 9) }))
    socket.recv(new Uint8Array(40))
    if (seq % 10 === 0) kernel.clock.advance(1)
  }
  return kernel.journal.stop()
}

describe('a journal of 1000 calls', () => {
  const journal = smallJournal()

  test('is refused with any byte of it changed, and the place is told', () => {
    const draw = generator(7)
    const copy = journal.slice()
    for (let at = 0; at < copy.length; at++) {
      const before = copy[at] as number
      copy[at] = before ^ (1 + draw(255))
      const refused = refusalOf(copy)
      // The place is that of the section, which begins at or before the byte.
      if (refused === null || refused.at > at) expect.fail(`byte ${at} of ${copy.length}: ${refused?.message}`)
      copy[at] = before
    }
    expect(refusalOf(copy)).toBeNull()
  }, 60_000)

  test('is refused wherever it is cut, and with anything behind it', () => {
    for (let length = 0; length < journal.length; length += 4) {
      const refused = refusalOf(journal.subarray(0, length))
      if (refused === null || refused.at > length) expect.fail(`${length} of ${journal.length} bytes`)
    }
    for (const length of [1, 2, 3, 5, 6, 7, journal.length - 1]) {
      expect(refusalOf(journal.subarray(0, length)), `${length}`).not.toBeNull()
    }
    for (const more of [1, 4, 20]) {
      const longer = new Uint8Array(journal.length + more)
      longer.set(journal)
      expect(refusalOf(longer), `${more} more`).not.toBeNull()
    }
  })
})

describe('refused in clear words', () => {
  const journal = journalOf(2, 30)

  test('no journal at all', () => {
    expect(() => replay(new Uint8Array(100))).toThrow('these bytes are no journal, which begins with "KCJ1", at byte 0')
    expect(() => replay('x' as never)).toThrow(TypeError)
    expect(() => replay(undefined as never)).toThrow(TypeError)
  })

  test('another version of the format', () => {
    const words = wordsOf(journal)
    words[1] = FORMAT_VERSION + 1
    expect(() => replay(new Uint8Array(words.buffer))).toThrow(
      'version 2 of its format, and this is version 1, at byte 4',
    )
  })

  test('calls of another kernel', () => {
    const words = wordsOf(journal)
    words[8] = 12345
    expect(() => replay(sealed(words))).toThrow(/of version 0\.1\.0, has calls that this kernel does not have/)
  })

  test('an image of another kernel', () => {
    const kernel = boot()
    kernel.journal.start()
    const words = wordsOf(kernel.journal.stop())
    words[9] = 12345
    expect(() => replay(sealed(words))).toThrow('image of the memory of another version of the kernel')
  })

  test('a memory that no machine has', () => {
    const words = wordsOf(journal)
    words[10] = 4096
    expect(() => replay(sealed(words))).toThrow('a machine with 4096 bytes of memory')
  })
})

describe('made up, with checksums that agree', () => {
  const { DRAIN_MOST, DRAIN_LONG } = LAYOUT

  test.each([
    [DRAIN_LONG, DRAIN_MOST],
    [DRAIN_LONG, 1],
    [2 * DRAIN_MOST, 1],
    [DRAIN_MOST + 1, 2],
    [DRAIN_MOST, 1],
    [5, DRAIN_MOST],
    [0, DRAIN_MOST + 1],
  ])('a drain at place %i, of %i messages: it would write where others have theirs', (place, most) => {
    const kernel = boot({ journal: true })
    const [from, to] = pair(kernel)
    for (let n = 0; n < 192; n++) from.send(new Uint8Array(4))
    to.drain(() => {})
    const words = wordsOf(kernel.journal.stop())
    const at = words.findIndex((word, index) => word === OPCODES.DRAIN_NEXT && words[index + 3] === DRAIN_MOST)
    words.set([place, most], at + 2)
    expect(replay(sealed(words)).difference?.what).toBe(
      `nobody takes ${most} messages at place ${place} of the drain window`,
    )
  })

  test('a long message that is not given back before the next one comes', () => {
    const kernel = boot({ journal: true })
    const [from, to] = pair(kernel)
    const buffer = new Uint8Array(20_000)
    for (let n = 0; n < 2; n++) from.send(buffer)
    for (let n = 0; n < 2; n++) to.recv(buffer)
    const words = wordsOf(kernel.journal.stop())
    const at = words.findIndex((word, index) => word === OPCODES.DRAIN_NEXT && words[index + 2] === DRAIN_LONG)
    words[at + 2] = 0
    expect(replay(sealed(words)).difference?.what).toBe('recv() comes before the last long message was given back')
  })

  /** What becomes of it: told as a refusal, or as a difference, or nothing. */
  function fate(journal: Uint8Array): 'refused' | 'differs' | 'same' {
    let result: ReplayResult
    try {
      result = replay(journal)
    } catch (error) {
      if (error instanceof JournalError) return 'refused'
      throw error
    }
    return result.difference === null ? 'same' : 'differs'
  }

  test.each([3, 11, 12])(
    `${RUNS} changes of words in history %i`,
    (history) => {
      const journal = journalOf(history, 150)
      const words = wordsOf(journal)
      const { index, byteOf } = readJournal(journal)
      // In and near the beginnings of records, rather than in the bytes of messages.
      const places = [...index.calls].flatMap((at) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((more) => byteOf(at + more) / 4))
      const fates = { refused: 0, differs: 0, same: 0 }
      const small = [0, 1, 2, 3, 4, 8, 11, 16, 20, 31, 32, 36, 64, 255, 0x7fffffff, 0x80000000, 0xffffffff]
      const other = (at: number) => words[at] as number
      const value = fc.oneof(fc.constantFrom(...small), fc.nat(97), fc.nat(words.length - 1).map(other))
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.constantFrom(...places), value), { minLength: 1, maxLength: 3 }),
          (changes) => {
            const changed = words.slice()
            for (const [at, to] of changes) if (at < changed.length) changed[at] = to
            fates[fate(sealed(changed))]++
          },
        ),
        { numRuns: RUNS },
      )
      expect(fates.refused).toBeGreaterThan(0)
      expect(fates.differs).toBeGreaterThan(0)
    },
    120_000,
  )

  test('a reference that was never given', () => {
    const kernel = boot({ journal: true })
    kernel.spawn().socket(16, 3, 2).bind({})
    const words = wordsOf(kernel.journal.stop())
    const at = words.indexOf(OPCODES.BIND, 30)
    words[at + 1] = 0x20000
    const { difference } = replay(sealed(words))
    expect(difference).toEqual({ call: 2, at: at * 4, what: 'sock 131072 of bind() is not an open socket' })
  })

  test('another result', () => {
    const kernel = boot({ journal: true })
    const drawn = kernel.random()
    const words = wordsOf(kernel.journal.stop())
    const at = words.indexOf(drawn, 30)
    words[at] = 5
    const what = `next_random() = 5 the first time, and now the result is ${drawn | 0}`
    expect(replay(sealed(words)).difference).toEqual({ call: 0, at: (at - 1) * 4, what })
  })

  test('another state at the end', () => {
    const kernel = boot({ journal: true })
    const words = wordsOf(kernel.journal.stop())
    words[words.length - 3] = 5
    expect(replay(sealed(words)).difference?.what).toMatch(/every call went as the first time, but led to the state/)
  })
})
