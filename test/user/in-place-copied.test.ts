// The same calls where nothing lies in place: for sockets of another kernel.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Kernel, MessageView, Socket } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import { wordsOf } from '../../src/uapi/typed-arrays.js'
import { CopiedInPlace } from '../../src/user/in-place-copied.js'
import { boot } from '../support/kernels.js'

const bytes = (length: number, first = 1) => Uint8Array.from({ length }, (_, at) => first + at)

let kernel: Kernel
let sender: Socket
let receiver: Socket
let from: CopiedInPlace
let to: CopiedInPlace

beforeEach(() => {
  kernel = boot()
  const task = kernel.spawn()
  ;[sender, receiver] = [0, 1].map(() => task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)) as [
    Socket,
    Socket,
  ]
  receiver.bind({ nl_pid: 7 })
  sender.connect({ nl_pid: 7 })
  from = new CopiedInPlace(sender)
  to = new CopiedInPlace(receiver)
})

test('a message goes the way, as bytes and as words', () => {
  const view = from.reserve(6)
  expect([view.bytes, view.words, view.length]).toEqual([new Uint8Array(6), new Uint32Array(2), 6])
  view.words[0] = 0x04030201
  view.bytes.set([5, 6], 4)
  expect(from.commit(undefined, 0)).toBe(6)
  expect(to.peek()).toEqual({ bytes: bytes(6), words: Uint32Array.of(0x04030201, 0x0605), length: 6 })
  to.release()
  expect(to.peek()).toBeNull()
})

test('the beginning of a message can be sent, and one that failed can be sent again', () => {
  from.reserve(4).bytes.set(bytes(4))
  expect(() => from.commit(5, 0)).toThrow('length must be at most the 4 bytes of reserve(), not 5')
  sender.connect({ nl_pid: 8 })
  expect(() => from.commit(3, 0)).toThrow('ECONNREFUSED')
  sender.connect({ nl_pid: 7 })
  expect(from.commit(3, 0)).toBe(3)
  expect(to.peek()?.bytes).toEqual(bytes(3))
})

test('what was not begun is refused', () => {
  expect(() => from.commit(undefined, 0)).toThrow('commit() without reserve(): nothing is reserved')
  expect(() => to.release()).toThrow('release() without peek(): nothing is peeked')
  expect(() => from.reserve('4' as unknown as number)).toThrow(TypeError)
  from.reserve(0)
  expect(() => from.commit(undefined, 0)).toThrow('ENODATA')
})

test('a loss is thrown once', () => {
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  const reader = new CopiedInPlace(socket)
  kernel.faults.overrun(socket)
  expect(() => reader.peek()).toThrow('ENOBUFS')
  expect(reader.peek()).toBeNull()
})

describe('a drain', () => {
  let heard: number[]
  const hear = (message: MessageView) => void heard.push(message.bytes[0] as number)
  const sendUpTo = (last: number) => {
    for (let first = 1; first <= last; first++) sender.send(bytes(2, first))
  }

  beforeEach(() => {
    heard = []
  })

  test('hands copies over, as many as it is asked for', () => {
    sendUpTo(4)
    expect(to.drain(hear, 2)).toBe(2)
    expect(heard).toEqual([1, 2])
    expect(to.drain(hear, 0)).toBe(0)
    expect(to.drain(hear)).toBe(2)
    expect(heard).toEqual([1, 2, 3, 4])
    expect(() => to.drain(undefined as never)).toThrow('listener must be a function')
    expect(() => to.drain(hear, -1)).toThrow(RangeError)
  })

  test('hands over what it has taken when the listener throws, and throws that then', () => {
    sendUpTo(66)
    const failing = (message: MessageView) => {
      hear(message)
      if (heard.length < 3) throw new Error(`at ${heard.length}`)
    }
    expect(() => to.drain(failing)).toThrow(AggregateError)
    expect(heard.length).toBe(64)
    expect(to.drain(hear)).toBe(2)
    sender.send(bytes(2))
    expect(() =>
      to.drain(() => {
        throw new Error('the only one')
      }),
    ).toThrow('the only one')
  })

  test('has taken what it hands over: a listener finds it nowhere', () => {
    sendUpTo(2)
    const seen: unknown[] = []
    to.drain(() => seen.push(to.peek()))
    expect(seen).toEqual([null, null])
  })

  test('takes what was peeked, and release() takes nothing more', () => {
    sendUpTo(2)
    to.peek()
    to.drain(hear, 1)
    to.release()
    expect(to.drain(hear)).toBe(1)
    expect(() => to.release()).toThrow('nothing is peeked')
  })

  test('ends when the listener closes the socket', () => {
    sendUpTo(2)
    expect(to.drain(() => receiver.close())).toBe(1)
    expect(() => to.drain(hear)).toThrow('EBADF')
    expect(() => to.drain(hear, 0)).toThrow('EBADF')
  })

  test('throws a loss behind what it took', () => {
    sendUpTo(1)
    const full = (message: MessageView) => {
      hear(message)
      kernel.faults.overrun(receiver)
    }
    expect(() => to.drain(full)).toThrow('ENOBUFS')
    expect(heard).toEqual([1])
    expect(to.drain(hear)).toBe(0)
  })
})

test('words of bytes lie over them if they can', () => {
  const array = bytes(12)
  expect(wordsOf(array.subarray(4, 8)).buffer).toBe(array.buffer)
  expect(wordsOf(array.subarray(1, 4))).toEqual(Uint32Array.of(0x00040302))
  expect(wordsOf(array.subarray(8, 12))).toEqual(Uint32Array.of(0x0c0b0a09))
  expect(wordsOf(bytes(5))).toEqual(Uint32Array.of(0x04030201, 5))
})
