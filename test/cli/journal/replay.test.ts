// kernel-connector replay: the same, another way, and files that are refused.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checksum } from '../../../src/machine/index.js'
import { run } from '../around.js'
import { fileAt, journalOf, story } from './journals.js'

const bytesOf = (path: string) => new Uint8Array(readFileSync(path))

/** The same journal with another state at its end, and the checksum that goes with it. */
function withAnotherEnd(path: string): string {
  const bytes = bytesOf(path)
  const words = new Uint32Array(bytes.buffer.slice(0))
  const end = words.length - 9
  words[end + 5] = (words[end + 5]! ^ 1) >>> 0
  words.set(checksum(words, end, end + 7), end + 7)
  return fileAt('another.kcj', new Uint8Array(words.buffer))
}

test('the same', async () => {
  const path = journalOf('story.kcj', story)
  expect(await run(['replay', path])).toEqual({
    status: 0,
    out: expect.stringMatching(/^the same: 16 calls, state [0-9a-f]{16}\n$/),
    err: '',
  })
  const { out } = await run(['replay', path, '--json'])
  expect(JSON.parse(out)).toEqual({
    same: true,
    calls: 16,
    stateHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    expected: JSON.parse(out).stateHash,
    difference: null,
  })
})

test('another way: status 1, which call, which byte, what', async () => {
  const path = withAnotherEnd(journalOf('story.kcj', story))
  const { status, out, err } = await run(['replay', path])
  expect([status, err]).toEqual([1, ''])
  expect(out).toMatch(/^another way at call 15 \(byte \d+ of the journal\)\n[^\n]+\n$/)
  const json = await run(['replay', path, '--json'])
  expect(json.status).toBe(1)
  expect(JSON.parse(json.out)).toMatchObject({ same: false, difference: { call: 15, at: expect.any(Number) } })
})

describe('refused files: one line with the place, status 2, by every command', () => {
  const good = () => bytesOf(journalOf('good.kcj', story))
  const damaged = () => {
    const bytes = good()
    bytes[100]! ^= 1
    return bytes
  }
  const otherVersion = () => {
    const bytes = good()
    bytes[4] = 99
    return bytes
  }
  test.each([
    ['an empty file', () => new Uint8Array(0), 'no journal'],
    ['a text', () => new TextEncoder().encode('hello, world'), 'no journal'],
    ['another version of the format', otherVersion, 'version 99'],
    ['a damaged one', damaged, 'is damaged'],
    ['one that is cut short', () => good().subarray(0, 300), 'cut short'],
  ])('%s', async (_, bytes, said) => {
    const path = fileAt('refused.kcj', bytes())
    for (const args of [['replay'], ['inspect'], ['capture', '--trace'], ['explain', '--at', '0']]) {
      const { status, out, err } = await run([...args, path])
      expect([args[0], status, out]).toEqual([args[0], 2, ''])
      expect(err).toMatch(new RegExp(`^kernel-connector ${args[0]}: ${path}: [^\\n]*${said}[^\\n]*at byte \\d+\\n$`))
    }
  })

  test('a file that is not there', async () => {
    const { status, err } = await run(['replay', '/nowhere/a.kcj'])
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/^kernel-connector replay: cannot read \/nowhere\/a\.kcj: ENOENT/),
    ])
  })

  test.each([
    [[], 'JOURNAL is missing'],
    [['a', 'b'], 'one JOURNAL at a time, not also "b"'],
  ])('%j', async (args, said) => {
    expect(await run(['replay', ...args])).toMatchObject({ status: 2, err: expect.stringContaining(said) })
  })
})

test('progress on a terminal, wiped at the end', async () => {
  const { err } = await run(['replay', journalOf('story.kcj', story)], { terminals: [false, true] })
  expect(err).toMatch(/^\rreplaying calls: 100 % \(16 of 16\)/)
  expect(err.endsWith('\r\x1b[K')).toBe(true)
})
