// A player: step by step, and to any call, forwards and backwards.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { boot } from '../../src/index.js'
import { Player } from '../../src/machine/journal/index.js'
import * as uapi from '../../src/uapi/index.js'
import { generator } from '../faults/histories.js'
import { pair } from '../support/pair.js'
import { callsOf, journalOf, sealed, wordsOf } from './support.js'

afterEach(() => vi.restoreAllMocks())

/** The state's digest before each outermost call, and at the end. */
function digests(journal: Uint8Array): Map<number, string> {
  const player = new Player(journal)
  const found = new Map([[0, player.stateHash()]])
  while (player.step()) found.set(player.position, player.stateHash())
  return found
}

function small(): Uint8Array {
  const kernel = boot({ journal: true })
  const id = { idx: 4, val: 2 }
  kernel.cn_add_callback(id, 'driver', () => {
    kernel.printk('one')
    kernel.printk('two')
  })
  const socket = kernel.spawn({ comm: 'p' }).socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  socket.send(uapi.encodeConnectorMessage({ id }))
  kernel.random()
  return kernel.journal.stop()
}

test('tells each call in words', () => {
  const player = new Player(small())
  const lines = Array.from({ length: player.total }, (_, n) => player.describe(n))
  expect(lines.map((line) => line.replace(/0x[0-9a-f]+/g, 'REF').replace(/next_random.*/, 'next_random'))).toEqual([
    'cn_add_callback(idx 4, val 2, name 6) = 0',
    'cn_announce(idx 4, val 2, registered 1) = 0',
    'task_spawn(pid 0, netns 0, uid 0, gid 0, capsLow 4294967295, capsHigh 511, comm 1) = REF',
    'socket(task REF, family 16, type 3, protocol 11) = REF',
    'send(sock REF, length 36, flags 0) = 36',
    'log_write(length 3) = 0',
    'log_write(length 3) = 0',
    'next_random',
  ])
  expect([4, 5, 6, 7].map((n) => player.outermost(n))).toEqual([4, 4, 4, 7])
  expect(() => player.describe(player.total)).toThrow(RangeError)
})

test('steps from one outermost call to the next', () => {
  const player = new Player(small())
  const positions = [player.position]
  while (player.step()) positions.push(player.position)
  expect(positions).toEqual([0, 1, 2, 3, 4, 7, 8])
  expect(player.step()).toBe(false)
  expect(player.stateHash()).toBe(player.expected)
})

test('goes to the start of the outermost call that a call is part of', () => {
  const player = new Player(small())
  for (const [to, at] of [
    [6, 4],
    [0, 0],
    [8, 8],
    [5, 4],
    [7, 7],
    [4, 4],
  ] as const) {
    player.seek(to)
    expect([to, player.position]).toEqual([to, at])
  }
  for (const wrong of [-1, 9, 1.5, Number.NaN]) expect(() => player.seek(wrong)).toThrow(RangeError)
  expect(() => player.seek('1' as never)).toThrow(TypeError)
})

describe('the state at any call', () => {
  test.each([4, 5, 6])('of history %i, in any order', (history) => {
    const journal = journalOf(history, 1500)
    const player = new Player(journal)
    const states = digests(journal)
    const draw = generator(history)
    expect(player.total).toBeGreaterThan(1300)
    for (let n = 0; n < 60; n++) {
      const to = draw(player.total + 1)
      player.seek(to)
      expect(player.stateHash(), `call ${to}`).toBe(states.get(player.position))
      if (n % 10 === 0) {
        player.step()
        expect(player.stateHash()).toBe(states.get(player.position))
      }
    }
    player.seek(player.total)
    expect(player.stateHash()).toBe(player.expected)
    expect(player.difference).toBeNull()
  })

  test('within a drain, whose messages are nowhere but with the listener', () => {
    const kernel = boot({ journal: true })
    const [from, to] = pair(kernel)
    const [other, reader] = [0, 1].map(() =>
      kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK),
    )
    reader?.bind({ nl_pid: 8 })
    for (let n = 0; n < 64; n++) from.send(new Uint8Array(100))
    to.drain(() => {
      for (let n = 0; n < 5; n++) {
        other?.sendto(new Uint8Array(100), 0, { nl_pid: 8 })
        reader?.peek()
        reader?.release()
      }
    })
    const player = new Player(kernel.journal.stop())
    player.seek(player.total)
    const used = player.machine.raw.bytes_in_use()
    for (const back of [300, 50, 700]) {
      player.seek(player.total - back)
      player.seek(player.total)
      expect(player.difference).toBeNull()
      expect(player.machine.raw.bytes_in_use()).toBe(used)
    }
  })

  test('also after something went another way', () => {
    const words = wordsOf(small())
    const at = words.lastIndexOf(36)
    expect(at).toBeGreaterThan(30)
    words[at] = 35
    const player = new Player(sealed(words))
    while (player.step()) {}
    expect(player.difference?.call).toBe(4)
    player.seek(4)
    expect(player.difference).toBeNull()
    expect(player.machine.raw.task_next(0)).toBeGreaterThan(0)
  })
})

test('what a tap throws comes out of the step', () => {
  const player = new Player(small(), {
    prepare: (machine) => {
      machine.onTap = () => {
        throw new Error('from the tap')
      }
    },
  })
  expect(() => player.seek(player.total)).toThrow('from the tap')
})

test('a number that was drawn is told as the program had it', () => {
  const kernel = boot({ journal: true, seed: 3 })
  const drawn = Array.from({ length: 8 }, () => kernel.random())
  expect(drawn.some((value) => value >= 2 ** 31)).toBe(true)
  const journal = kernel.journal.stop()
  expect(callsOf(journal)).toEqual(drawn.map((value) => `next_random() = ${value}`))
})
