// Capture: which events become packets, what their comments say, and when it ends.
import { describe, expect, test } from 'vitest'
import type { TapMessage } from '../../src/api.js'
import { Capture, readCapture } from '../../src/capture/index.js'
import { EAGAIN, ENOBUFS } from '../../src/uapi/index.js'
import { deliveries, MadeUpTap, MESSAGE, RECEIVE, TASK } from './events.js'

/** The comments of one message. */
function commentsOn(event: TapMessage): readonly string[] {
  const tap = new MadeUpTap()
  const capture = new Capture(tap)
  tap.tell(event)
  return readCapture(capture.bytes())[0]?.comments ?? []
}

const fate = (event: Partial<TapMessage>) => commentsOn({ ...MESSAGE, ...event })[2]

describe('a capture', () => {
  test('has each message that was sent, and no receives', () => {
    const tap = new MadeUpTap()
    const capture = new Capture(tap)
    tap.tell(MESSAGE, RECEIVE, { ...MESSAGE, ...TASK, time: 1500000001n })
    const { time, protocol, data } = MESSAGE
    expect(readCapture(capture.bytes())).toMatchObject([
      { time, protocol, data, direction: 'out' },
      { time: 1500000001n, protocol, data, direction: 'in' },
    ])
    expect(capture.packets).toBe(2)
  })

  test('ends when it is disposed of, and can still be read', () => {
    const tap = new MadeUpTap()
    const capture = new Capture(tap)
    tap.tell(MESSAGE)
    expect(tap.listeners).toBe(1)
    capture[Symbol.dispose]()
    capture[Symbol.dispose]()
    tap.tell(MESSAGE)
    expect(tap.listeners).toBe(0)
    expect(readCapture(capture.bytes())).toHaveLength(1)
  })

  test('can be streamed', () => {
    const tap = new MadeUpTap()
    const capture = new Capture(tap, { keep: false })
    tap.tell(MESSAGE)
    const first = capture.take()
    tap.tell(MESSAGE)
    const second = capture.take()
    expect(readCapture(first)).toHaveLength(1)
    expect(readCapture(Uint8Array.from([...first, ...second]))).toHaveLength(2)
    expect(capture.bytes()).toHaveLength(0)
  })

  test('refuses what is no kernel', () => {
    expect(() => new Capture(null as never)).toThrow(new TypeError('kernel must be an object'))
  })

  test('of options that are none leaves no tap behind', () => {
    const tap = new MadeUpTap()
    expect(() => new Capture(tap, { keep: 1 } as never)).toThrow(TypeError)
    expect(tap.listeners).toBe(0)
  })
})

describe('comments', () => {
  test('on a message of the kernel', () => {
    const told = deliveries(['queued', 5], ['no-room', 9], ['queued', 7])
    expect(commentsOn({ ...MESSAGE, deliveries: told })).toEqual([
      'from the kernel',
      'to group 1',
      'delivered to ports 5, 7; lost by port 9: no room',
      'result: 0',
    ])
  })

  test('on a message of a task', () => {
    const told = deliveries(['handled', 0])
    const event = { ...MESSAGE, ...TASK, to: { portid: 0, group: 0 }, result: 40, deliveries: told }
    expect(commentsOn(event)).toEqual([
      'from worker[1001], port 1001',
      'to the kernel',
      'handled by the kernel',
      'result: 40',
    ])
  })

  test('on one that failed', () => {
    expect(commentsOn({ ...MESSAGE, ...TASK, result: -ENOBUFS }).at(-1)).toBe('result: -ENOBUFS')
    expect(commentsOn({ ...MESSAGE, ...TASK }).at(1)).toBe('to group 1, the kernel')
  })

  test('on names with control characters', () => {
    expect(commentsOn({ ...MESSAGE, ...TASK, comm: 'a\0b\ud800' })[0]).toBe('from a\\x00b\ufffd[1001], port 1001')
  })

  test('say what became of it, whatever that is', () => {
    expect(fate({})).toBe('reached nobody')
    expect(fate({ deliveries: deliveries(['congested', 3]) })).toBe('lost by port 3: congested')
    expect(fate({ deliveries: deliveries(['no-memory', 3], ['no-memory', 4]) })).toBe('lost by ports 3, 4: no memory')
    expect(fate({ deliveries: deliveries(['filtered', 3]) })).toBe('filtered out for port 3')
    expect(fate({ deliveries: deliveries(['refused', 3]) })).toBe('refused by port 3: connected to another port')
    expect(fate({ deliveries: deliveries(['refused', 0]) })).toBe('refused by the kernel: nobody takes it there')
    expect(fate({ deliveries: deliveries(['dropped', 0]) })).toBe('lost by the kernel: dropped by a fault rule')
    expect(fate({ deliveries: deliveries(['delayed', 3]) })).toBe('delayed on its way to port 3 by a fault rule')
  })

  test('tell what was lost from what its sender was told to keep', () => {
    const told = deliveries(['no-room', 3], ['no-room', 7])
    const sent = { ...TASK, to: { portid: 7, group: 2 }, result: -EAGAIN, deliveries: told }
    expect(fate(sent)).toBe('lost by port 3: no room; not taken by port 7: no room')
    expect(fate({ ...sent, result: 0 })).toBe('lost by ports 3, 7: no room')
  })

  test('stay short enough for the format, however many receivers there are', () => {
    const many = Array.from({ length: 20000 }, (_, index) => ['queued', 4294900000 + index] as const)
    const comment = fate({
      deliveries: deliveries(...many.map(([verdict, port]): ['queued', number] => [verdict, port])),
    })
    expect(comment).toMatch(/^delivered to ports 4294900000, .*, 4294900063 and 19936 more$/)
  })
})
