// The same calls where nothing lies in place: for sockets of another kernel.
import { beforeEach, expect, test } from 'vitest'
import type { Socket } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import { wordsOf } from '../../src/uapi/typed-arrays.js'
import { CopiedInPlace } from '../../src/user/in-place-copied.js'
import { boot } from '../support/kernels.js'

const bytes = (length: number, first = 1) => Uint8Array.from({ length }, (_, at) => first + at)

let sender: Socket
let receiver: Socket
let from: CopiedInPlace
let to: CopiedInPlace

beforeEach(() => {
  const task = boot().spawn()
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
  const kernel = boot()
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
  const reader = new CopiedInPlace(socket)
  kernel.faults.overrun(socket)
  expect(() => reader.peek()).toThrow('ENOBUFS')
  expect(reader.peek()).toBeNull()
})

test('a drain hands copies over, as many as it is asked for, and throws at once what its listener throws', () => {
  for (const first of [1, 2, 3, 4]) sender.send(bytes(2, first))
  const heard: Uint8Array[] = []
  expect(to.drain((message) => heard.push(message.bytes), 2)).toBe(2)
  expect(heard).toEqual([bytes(2, 1), bytes(2, 2)])
  const failing = () => {
    throw new Error('no more')
  }
  expect(() => to.drain(failing)).toThrow('no more')
  expect(to.drain((message) => heard.push(message.bytes))).toBe(1)
  expect(heard.at(-1)).toEqual(bytes(2, 4))
  expect(() => to.drain(undefined as never)).toThrow('listener must be a function')
  sender.send(bytes(1))
  sender.send(bytes(1))
  expect(to.drain(() => receiver.close())).toBe(1)
  expect(() => to.drain(failing)).toThrow('EBADF')
})

test('words of bytes lie over them if they can', () => {
  const array = bytes(12)
  expect(wordsOf(array.subarray(4, 8)).buffer).toBe(array.buffer)
  expect(wordsOf(array.subarray(1, 4))).toEqual(Uint32Array.of(0x00040302))
  expect(wordsOf(array.subarray(8, 12))).toEqual(Uint32Array.of(0x0c0b0a09))
  expect(wordsOf(bytes(5))).toEqual(Uint32Array.of(0x04030201, 5))
})
