// Arrays whose memory was transferred to another thread: refused before anything happens, so that no message is lost in them.
import { describe, expect, test } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'
import { pair } from '../support/pair.js'

const { AF_NETLINK, encodeConnectorMessage, GFP_KERNEL, NETLINK_USERSOCK, SOCK_RAW } = uapi

function lost(): Uint8Array {
  const array = new Uint8Array(32)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

describe('an array that has lost its memory', () => {
  const kernel = boot()
  const task = kernel.spawn()
  const to = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  to.bind({ nl_pid: 7 })
  const from = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  from.connect({ nl_pid: 7 })

  test.each<[string, string, () => unknown]>([
    ['recv', 'buffer', () => to.recv(lost())],
    ['read', 'buffer', () => to.read(lost())],
    ['recvfrom', 'buffer', () => to.recvfrom(lost())],
    ['recvmsg', 'iov[1]', () => to.recvmsg({ iov: [new Uint8Array(1), lost()] })],
  ])('takes no message: %s', (_name, array, call) => {
    from.send(Uint8Array.of(5))
    const before = kernel.stateHash()
    expect(call).toThrow(new TypeError(`${array} has lost its memory`))
    expect(kernel.stateHash()).toBe(before)
    expect(to.recv(new Uint8Array(8))).toBe(1)
  })

  test.each<[string, () => unknown]>([
    ['send', () => from.send(lost())],
    ['write', () => from.write(lost())],
    ['sendto', () => from.sendto(lost(), 0, null)],
    ['sendmsg', () => from.sendmsg({ iov: [Uint8Array.of(1), lost()] })],
    ['bind', () => from.bind(lost())],
    ['cn_netlink_send', () => kernel.cn_netlink_send({ id: { idx: 5, val: 1 }, data: lost() }, 7, 0, GFP_KERNEL)],
    ['inject', () => kernel.inject(NETLINK_USERSOCK, lost(), { portid: 7 })],
    ['encodeConnectorMessage', () => encodeConnectorMessage({ id: { idx: 5, val: 1 }, data: lost() })],
  ])('is sent by nobody: %s', (_name, call) => {
    const before = kernel.stateHash()
    expect(call).toThrow(TypeError)
    expect(call).toThrow('lost its memory')
    expect(kernel.stateHash()).toBe(before)
  })

  test('is not one that never had any', () => {
    expect(to.read(new Uint8Array(0))).toBe(0)
    expect(() => from.send(new Uint8Array(0))).toThrow('ENODATA')
  })
})

test('a long message whose array is lost in a tap is given back', () => {
  const kernel = boot()
  const [from, to] = pair(kernel)
  from.send(Uint8Array.of(1))
  to.recv(new Uint8Array(1))
  const before = kernel.stats().memory.used
  for (let n = 0; n < 2; n++) {
    from.send(new Uint8Array(20_000))
    const buffer = new Uint8Array(20_000)
    const tap = kernel.tap(({ kind }) => {
      if (kind === 'receive') structuredClone(buffer.buffer, { transfer: [buffer.buffer] })
    })
    expect(() => to.recv(buffer)).toThrow(TypeError)
    tap[Symbol.dispose]()
  }
  from.send(new Uint8Array(20_000))
  expect(to.recv(new Uint8Array(20_000))).toBe(20_000)
  expect(kernel.stats().memory.used).toBe(before)
})
