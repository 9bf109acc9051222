// traceLine(): the columns, and what stands in them for each kind of event.
import { describe, expect, test } from 'vitest'
import type { TapEvent } from '../../src/api.js'
import { TRACE_HEADER, traceLine } from '../../src/capture/index.js'
import { EAGAIN, ENOBUFS, NETLINK_KOBJECT_UEVENT } from '../../src/uapi/index.js'
import { deliveries, MESSAGE, RECEIVE, TASK } from './events.js'

const LAST = 0xffffffff
const NAMES = TRACE_HEADER.trim().split(/ +/)

/** The cells of a line, which are two blanks apart or more, by the names of the columns. */
function cells(event: TapEvent): Record<string, string> {
  const values = traceLine(event).trim().split(/ {2,}/)
  expect(values).toHaveLength(NAMES.length)
  return Object.fromEntries(NAMES.map((name, index) => [name, values[index] ?? '']))
}

test('the header and two lines', () => {
  const sent = { ...MESSAGE, deliveries: deliveries(['queued', 5], ['queued', 6], ['queued', 8], ['no-room', 7]) }
  expect(`\n${[TRACE_HEADER, traceLine(sent), traceLine(RECEIVE)].join('\n')}\n`).toMatchInlineSnapshot(`
    "
              TIME    NUMBER  EVENT  PROTOCOL        FROM                      TO                        LENGTH  RESULT         VERDICTS                      CONNECTOR
          1.500000        12  send   CONNECTOR       kernel                    group 1                       40  0              3 queued, 1 no-room (port 7)  1:2 seq 3 ack 4
          2.000001        12  recv   CONNECTOR       kernel                    listener[1002]:7              40  40             -                             -
    "
  `)
})

describe('of a message that was sent', () => {
  test('every column', () => {
    expect(cells({ ...MESSAGE, ...TASK, result: 40, deliveries: deliveries(['handled', 0]) })).toEqual({
      TIME: '1.500000',
      NUMBER: '12',
      EVENT: 'send',
      PROTOCOL: 'CONNECTOR',
      FROM: 'worker[1001]:1001',
      TO: 'group 1, kernel',
      LENGTH: '40',
      RESULT: '40',
      VERDICTS: '1 handled',
      CONNECTOR: '1:2 seq 3 ack 4',
    })
  })

  test.each([
    ['kernel', { portid: 0, group: 0 }, TASK],
    ['port 7', { portid: 7, group: 0 }, TASK],
    ['group 3, kernel', { portid: 0, group: 3 }, TASK],
    ['group 3, port 7', { portid: 7, group: 3 }, TASK],
    ['port 7', { portid: 7, group: 0 }, {}],
    ['group 3', { portid: 0, group: 3 }, {}],
    [`group ${LAST}`, { portid: 0, group: LAST }, {}],
  ])('where it went: %s', (text, to, from) => {
    expect(cells({ ...MESSAGE, ...from, to }).TO).toBe(text)
  })

  test.each([
    ['-', deliveries()],
    ['2 queued', deliveries(['queued', 1], ['queued', 2])],
    ['3 queued, 1 no-room (port 7)', deliveries(['queued', 5], ['no-room', 7], ['queued', 6], ['queued', 8])],
    ['1 handled, 1 queued', deliveries(['queued', 5], ['handled', 0])],
    ['1 dropped (kernel)', deliveries(['dropped', 0])],
    ['2 dropped (port 4, kernel)', deliveries(['dropped', 0], ['dropped', 4])],
    ['1 delayed (port 1), 1 congested (port 2)', deliveries(['congested', 2], ['delayed', 1])],
    [
      '1 no-memory (port 1), 1 refused (port 2), 1 filtered (port 3)',
      deliveries(['no-memory', 1], ['filtered', 3], ['refused', 2]),
    ],
    [
      '6 no-room (ports 1, 2, 3, 4 and 2 more)',
      deliveries(['no-room', 1], ['no-room', 2], ['no-room', 3], ['no-room', 4], ['no-room', 5], ['no-room', 6]),
    ],
  ])('what became of it: %s', (text, told) => {
    expect(traceLine({ ...MESSAGE, deliveries: told })).toContain(`  ${text}  `)
  })

  test('errors have their names', () => {
    expect(cells({ ...MESSAGE, result: -ENOBUFS }).RESULT).toBe('-ENOBUFS')
    expect(cells({ ...MESSAGE, result: -EAGAIN }).RESULT).toBe('-EAGAIN')
  })

  test('other protocols have no connector, and unknown ones no name', () => {
    const other = cells({ ...MESSAGE, protocol: NETLINK_KOBJECT_UEVENT })
    expect([other.PROTOCOL, other.CONNECTOR]).toEqual(['KOBJECT_UEVENT', '-'])
    expect(cells({ ...MESSAGE, protocol: 31 }).PROTOCOL).toBe('31')
    expect(cells({ ...MESSAGE, data: MESSAGE.data.subarray(0, 35) }).CONNECTOR).toBe('-')
  })

  test('time is cut to microseconds, never rounded up', () => {
    expect(cells({ ...MESSAGE, time: 0n }).TIME).toBe('0.000000')
    expect(cells({ ...MESSAGE, time: 59999999999n }).TIME).toBe('59.999999')
    expect(traceLine({ ...MESSAGE, time: 2n ** 64n - 1n })).toMatch(/^18446744073\.709551 /)
  })

  test('a name cannot break the line', () => {
    const line = traceLine({ ...MESSAGE, ...TASK, comm: 'a\nb\u001b[31m\u007fü' })
    expect(line).toContain('a\\x0ab\\x1b[31m\\x7fü[1001]:1001')
    expect(line.split('\n')).toHaveLength(1)
  })

  test('the longest values stay apart', () => {
    const data = MESSAGE.data.slice().fill(0xff, 16, 32)
    const comm = 'fifteen letters'
    const event = {
      ...MESSAGE,
      ...TASK,
      comm,
      portid: LAST,
      number: 2 ** 53 - 1,
      to: { portid: LAST, group: LAST },
      data,
    }
    const parts = traceLine(event).trim().split(/ {2,}/)
    expect(parts).toEqual([
      '1.500000',
      '9007199254740991',
      'send',
      'CONNECTOR',
      `${comm}[1001]:${LAST}`,
      `group ${LAST}, port ${LAST}`,
      '40',
      '0',
      '-',
      `${LAST}:${LAST} seq ${LAST} ack ${LAST}`,
    ])
  })
})

describe('of a receive', () => {
  test('every column', () => {
    expect(cells({ ...RECEIVE, from: 1001, result: 8 })).toEqual({
      TIME: '2.000001',
      NUMBER: '12',
      EVENT: 'recv',
      PROTOCOL: 'CONNECTOR',
      FROM: 'port 1001',
      TO: 'listener[1002]:7',
      LENGTH: '40',
      RESULT: '8',
      VERDICTS: '-',
      CONNECTOR: '-',
    })
  })

  test('from the kernel', () => {
    expect(cells(RECEIVE).FROM).toBe('kernel')
  })

  test('of an error, which comes from nowhere', () => {
    const { FROM, NUMBER, RESULT } = cells({ ...RECEIVE, number: 0, length: 0, result: -ENOBUFS })
    expect([FROM, NUMBER, RESULT]).toEqual(['-', '0', '-ENOBUFS'])
  })
})
