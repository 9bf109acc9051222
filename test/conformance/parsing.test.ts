// Scenario files: what is taken, and what a malformed one is answered. Nothing is played.

import { describe, expect, it } from 'vitest'
import { readScenarioFiles } from '../../src/cli/replay/files.js'
import { parseHex, plainHex, toHex } from '../../src/cli/replay/hex.js'
import { Malformed, Place } from '../../src/cli/replay/json.js'
import { flagNames, shownReturn } from '../../src/cli/replay/names.js'
import { holdsFor, parseNeeds } from '../../src/cli/replay/needs.js'
import { parseScenarios } from '../../src/cli/replay/scenario.js'
import { Symbols } from '../../src/cli/replay/symbols.js'
import { MSG_FLAGS } from '../../src/uapi/index.js'
import { DATA } from './recorded.js'

const OK = { ok: true }
const SOCKET = { call: 'socket', task: 't', as: 'a', family: 16, type: 3, protocol: 2, result: OK }

function fileWith(...steps: readonly unknown[]): string {
  return JSON.stringify([{ name: 'one', about: 'a rule', needs: 'usersock', tasks: { t: { pid: 100 } }, steps }])
}

function problemWith(source: string): string {
  try {
    parseScenarios(source, 'file.json')
  } catch (error) {
    if (error instanceof Malformed) return error.message
    throw error
  }
  return 'none'
}

const bytesOf = (text: string) => new Symbols().bytes(parseHex(text))

describe('scenario files', () => {
  it('are all taken as they were recorded', () => {
    const files = readScenarioFiles([`${DATA}/kernel`, `${DATA}/user`])
    expect(files.length).toBe(29)
    expect(files.reduce((sum, { scenarios }) => sum + scenarios.length, 0)).toBe(413)
  })

  it('give tasks what a scenario leaves out', () => {
    const [scenario] = parseScenarios(fileWith(SOCKET), 'file.json')
    expect(scenario?.tasks).toEqual({ t: { pid: 100, uid: 0, gid: 0, caps: [], netns: undefined } })
  })

  it.each([
    ['no JSON', '[{', /^file\.json: not JSON: /],
    ['no list', '{}', /^file\.json: must be a list of scenarios/],
    ['no object', '[1]', /^file\.json: scenario 0 must be an object, not 1$/],
    ['no name', '[{}]', /^file\.json: scenario 0: field name: missing/],
    [
      'an unknown world',
      '[{"name":"one","needs":"moon","steps":[]}]',
      /^file\.json: one: field needs: must begin with/,
    ],
    ['no steps', '[{"name":"one","needs":"usersock"}]', /^file\.json: one: field steps: missing/],
    [
      'a bad task',
      '[{"name":"one","needs":"usersock","tasks":{"t":{}},"steps":[]}]',
      /^file\.json: one: field tasks: t: field pid: missing/,
    ],
  ])('with %s are refused', (_, source, problem) => {
    expect(problemWith(source)).toMatch(problem)
  })

  it.each([
    ['a step that is none', 7, 'one: step 0: must be an object, not 7'],
    ['a step without a call', {}, 'one: step 0: field call: missing'],
    ['an unknown call', { call: 'jump', result: OK }, 'one: step 0: jump: field call: unknown call "jump"'],
    ['a name that every object has', { call: 'toString' }, 'field call: unknown call "toString"'],
    ['a missing field', { ...SOCKET, protocol: undefined }, 'step 0: socket: field protocol: missing'],
    ['a number that is text', { ...SOCKET, type: '3' }, 'step 0: socket: field type: must be a whole number, not "3"'],
    ['an unknown task', { ...SOCKET, task: 'u' }, 'step 0: socket: field task: nothing is called "u" here'],
    ['no result', { ...SOCKET, result: undefined }, 'step 0: socket: field result: must be what the call gave'],
    ['bad hex', { call: 'send', sock: 'a', data: '61zz', result: OK }, 'step 0: send: field data: not hex: "zz"'],
    ['half a byte', { call: 'send', sock: 'a', data: '616', result: OK }, 'field data: not hex: "6"'],
    ['an endless run', { call: 'send', sock: 'a', data: '61*99999999999', result: OK }, 'is too long'],
    [
      'an unknown symbol',
      { call: 'send', sock: 'a', data: '{{pid.a}}', result: OK },
      'field data: not hex: "{{pid.a}}"',
    ],
    [
      'bad recorded hex',
      { call: 'recv', sock: 'a', len: 1, result: { n: 1, data: 'x' } },
      'field result: field data: not',
    ],
    [
      'an unknown flag',
      { call: 'recv', sock: 'a', len: 1, flags: ['MSG_X'], result: OK },
      'unknown message flag "MSG_X"',
    ],
    ['a bad length', { call: 'recv', sock: 'a', len: -1, result: OK }, 'field len: must be a length in bytes, not -1'],
    ['no length', { call: 'recvmsg', sock: 'a', result: OK }, 'missing, it must be a whole number'],
    ['an unknown option', { ...option('SO_X'), result: OK }, 'field name: unknown option "SO_X"'],
    ['an option of another level', { ...option('NETLINK_PKTINFO'), result: OK }, 'unknown option "NETLINK_PKTINFO"'],
    [
      'a bad port',
      { call: 'bind', sock: 'a', addr: { pid: '$from' }, result: OK },
      'field addr: field pid: must be a number',
    ],
    ['a bad capability', { call: 'setcaps', task: 't', caps: ['CAP_FLY'], result: OK }, 'unknown capability "CAP_FLY"'],
    ['a bad signal', { call: 'kill', task: 't', sig: 'SIGX', result: OK }, 'field sig: unknown signal "SIGX"'],
    [
      'a bad repeat',
      { call: 'repeat', times: 2, step: { call: 'x' }, result: OK },
      'field step: field call: unknown call',
    ],
    ['a callback that binds', addWith({ call: 'bind' }), 'field does: item 0: a callback cannot call "bind"'],
    ['a fifth callback', { ...addWith(), cb: 4 }, 'field cb: must be 0 to 3, not 4'],
    ['an unknown kernel socket', { call: 'nl_kernel_release', ksock: 'k', result: OK }, 'nothing is called "k" here'],
  ])('with %s are refused with the place', (_, step, problem) => {
    expect(problemWith(fileWith(step))).toContain(problem)
  })
})

function option(name: string) {
  return { call: 'setsockopt', sock: 'a', level: 'SOL_SOCKET', name, value: 1 }
}

function addWith(...does: readonly unknown[]) {
  return { call: 'cn_add_callback', idx: 5, val: 6, name: 'x', cb: 0, does, result: { ret: 0 } }
}

describe('bytes', () => {
  it('are hex, runs, and parts', () => {
    expect(plainHex(bytesOf('10000000+00*4+ff'))).toBe('1000000000000000ff')
    expect(bytesOf('61*8000')).toEqual(new Uint8Array(8000).fill(0x61))
    expect(bytesOf('')).toEqual(new Uint8Array(0))
  })

  it('are written as the recordings write them', () => {
    expect(toHex(bytesOf('00*64'))).toBe('00'.repeat(64))
    expect(toHex(bytesOf('01+00*65+02'))).toBe('01+00*65+02')
    expect(toHex(bytesOf('00*65+61*70'))).toBe('00*65+61*70')
    expect(toHex(new Uint8Array(0))).toBe('')
  })

  it('have names in them, a plus sign among them', () => {
    const pieces = parseHex('00{{seq+1}}{{any:4}}+{{auto.b}}+11*2')
    expect(pieces.slice(1, 4)).toEqual([{ seq: 1 }, { any: 4 }, { symbol: 'auto.b' }])
  })
})

describe('needs', () => {
  const needs = (text: string) => parseNeeds(text, new Place('file.json'))

  it('tell the world and the version', () => {
    expect(needs('connector')).toMatchObject({ world: 'connector', version: undefined, accountingOf: undefined })
    expect(needs("kernel-module, memory accounting of Debian's kernels, Linux before 6.3")).toMatchObject({
      world: 'kernel-module',
      version: { when: 'before', than: [6, 3] },
      accountingOf: "Debian's kernels",
    })
  })

  it('hold for versions as numbers, not as text', () => {
    const before = needs('kernel-module, Linux before 6.6').version
    const later = needs('kernel-module, Linux 6.6 or later').version
    expect([holdsFor(before, [6, 1]), holdsFor(before, [6, 6]), holdsFor(before, [6, 18])]).toEqual([
      true,
      false,
      false,
    ])
    expect([holdsFor(later, [6, 1]), holdsFor(later, [6, 6]), holdsFor(later, [6, 18])]).toEqual([false, true, true])
  })
})

describe('names', () => {
  it('are those of the bits, the lowest first, and a number for the rest', () => {
    expect(flagNames(0x20 | 0x8 | 0x10000000, MSG_FLAGS)).toEqual(['MSG_CTRUNC', 'MSG_TRUNC', 0x10000000])
  })

  it('are given to negative results', () => {
    expect([0, 40, -11, -95, -524, -999].map(shownReturn)).toEqual([
      0,
      40,
      '-EAGAIN',
      '-EOPNOTSUPP',
      '-ENOTSUPP',
      '-E999',
    ])
  })
})
