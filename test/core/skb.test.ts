// One message, one payload, whoever has it: bytes_in_use grows by the message, not by its listeners.
import { expect, test } from 'vitest'
import {
  MSG_PEEK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SO_ATTACH_FILTER,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { plainValue } from '../../src/user/option-value.js'
import { setOption } from '../../src/user/options.js'
import { type Core, core, expectBytes, messageRoom, payload } from './core.js'

const LISTENERS = 100
const CALLBACK_GROUP = 7

/** Members of group 7, each with its ring, so that only messages take memory from now on. */
function listeners(one: Core, protocol: number, count = LISTENERS): number[] {
  const task = one.task({ pid: 50 })
  const sockets = Array.from({ length: count }, () => one.socket(task, protocol))
  const sender = one.bound(task, 1_000_000, protocol)
  for (const [index, sock] of sockets.entries()) {
    one.bind(sock, index + 1)
    one.netlinkOption(sock, NETLINK_ADD_MEMBERSHIP, CALLBACK_GROUP)
    one.send(sender, payload(4, 0), index + 1)
    one.drain(sock)
  }
  return sockets
}

/** A program that keeps `length` bytes of a message. */
function keepOnly(one: Core, sock: number, length: number): void {
  const value = plainValue({ filter: [[6, 0, 0, length]] })
  expect(setOption(one.machine, sock, SOL_SOCKET, SO_ATTACH_FILTER, value)).toBe(0)
}

test.each([1, 60, 61, 1000, 10_000, 60_000])('a task’s multicast of %i bytes is stored once', (length) => {
  const one = core()
  const sockets = listeners(one, NETLINK_USERSOCK)
  const sender = one.bound(one.task(), 2_000_000)
  const before = one.inUse
  one.send(sender, payload(length, 5), 1_000_000, 1 << (CALLBACK_GROUP - 1))
  // The copy for the port has its own place in a queue, and its ring: the message itself is the same.
  const ring = 64
  expect(one.inUse - before - ring).toBe(messageRoom(length))
  for (const sock of sockets) expectBytes(one.receive(sock), payload(length, 5))
})

test.each([1, 1000, 60_000])(
  'a kernel’s multicast of %i bytes is stored once, until the last listener has read it',
  (length) => {
    const one = core()
    const sockets = listeners(one, NETLINK_CONNECTOR)
    const before = one.inUse
    one.machine.transmit(payload(Math.min(length, 16_000), 5))
    const skb = one.abi.ksock_reserve(length, CALLBACK_GROUP, 0)
    one.machine.fillParts(skb, [payload(length, 5)])
    expect(one.abi.ksock_broadcast(NETLINK_CONNECTOR, skb, 0, CALLBACK_GROUP)).toBe(0)
    for (const sock of sockets) {
      expect(one.inUse - before).toBe(messageRoom(length))
      expectBytes(one.receive(sock, 300_000, MSG_PEEK), payload(length, 5))
      expectBytes(one.receive(sock), payload(length, 5))
    }
    expect(one.inUse).toBe(before)
  },
)

test('closing listeners gives up their share only', () => {
  const one = core()
  const sockets = listeners(one, NETLINK_CONNECTOR, 3)
  const skb = one.abi.ksock_reserve(500, CALLBACK_GROUP, 0)
  one.machine.fillParts(skb, [payload(500, 9)])
  one.abi.ksock_broadcast(NETLINK_CONNECTOR, skb, 0, CALLBACK_GROUP)
  one.abi.close(sockets[2]!)
  one.abi.close(sockets[0]!)
  expectBytes(one.receive(sockets[1]!), payload(500, 9))
})

test('who has cut the message by a filter has a copy of that size', () => {
  const one = core()
  const sockets = listeners(one, NETLINK_CONNECTOR, 3)
  keepOnly(one, sockets[0]!, 100)
  const before = one.inUse
  const skb = one.abi.ksock_reserve(5000, CALLBACK_GROUP, 0)
  one.machine.fillParts(skb, [payload(5000, 9)])
  one.abi.ksock_broadcast(NETLINK_CONNECTOR, skb, 0, CALLBACK_GROUP)
  expect(one.inUse - before).toBe(messageRoom(5000) + messageRoom(100))
  expectBytes(one.receive(sockets[0]!), payload(5000, 9).subarray(0, 100))
  expectBytes(one.receive(sockets[2]!), payload(5000, 9))
  expectBytes(one.receive(sockets[1]!), payload(5000, 9))
  expect(one.inUse).toBe(before)
})
