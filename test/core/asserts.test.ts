// What only a bug could do is caught by the debug build: double frees, writes behind a payload, references that are gone.
import { describe, expect, test } from 'vitest'
import { LAYOUT } from '../../src/machine/index.js'
import { AF_NETLINK } from '../../src/uapi/index.js'
import { ADDRESS_BYTES, Core } from './core.js'

/** A machine that the test breaks: nobody looks at it afterwards. */
function doomed() {
  const one = new Core()
  const task = one.task()
  const sock = one.bound(task, 7)
  const reserve = (length: number) => one.abi.send_reserve(sock, length, 0, ADDRESS_BYTES, AF_NETLINK, 99, 0, 0)
  return { one, abi: one.abi, task, sock, reserve }
}

describe.runIf(process.env.KERNEL_BUILD === 'debug')('the debug build stops at', () => {
  test('a message that is given up twice', () => {
    const { abi, sock, reserve } = doomed()
    const skb = reserve(8)
    abi.send_commit(sock, skb)
    expect(() => abi.send_commit(sock, skb)).toThrow()
  })

  test('a message in a queue that nobody has', () => {
    const { one, abi, sock } = doomed()
    const skb = abi.send_reserve(sock, 8, 0, ADDRESS_BYTES, AF_NETLINK, 7, 0, 0)
    abi.send_commit(sock, skb)
    one.machine.words[skb >>> 2] = 0
    expect(() => abi.recv(sock, 8, 0)).toThrow('references')
  })

  test('a byte behind the payload', () => {
    const { one, abi, sock, reserve } = doomed()
    const skb = reserve(8)
    one.machine.words[(skb + LAYOUT.SKB_DATA + 60) >>> 2] = 1
    expect(() => abi.send_commit(sock, skb)).toThrow('guard')
  })

  test('a large message’s last byte, too', () => {
    const { one, abi, sock, reserve } = doomed()
    const skb = reserve(20_000)
    one.machine.words[(skb + 20_480 - 4) >>> 2] = 1
    expect(() => abi.send_commit(sock, skb)).toThrow('guard')
  })

  test('a timer that is taken back twice', () => {
    const { abi } = doomed()
    const timer = abi.timer_add(5, 0)
    abi.timer_delete(timer)
    expect(() => abi.timer_delete(timer)).toThrow()
  })

  test('a socket that is closed twice', () => {
    const { abi, sock } = doomed()
    abi.close(sock)
    expect(() => abi.close(sock)).toThrow()
  })

  test('a task that ends twice', () => {
    const { abi, task } = doomed()
    abi.task_exit(task, 0)
    expect(() => abi.task_exit(task, 0)).toThrow()
  })

  test('a long message, while the last one is not given back', () => {
    const { abi, sock } = doomed()
    for (let n = 0; n < 2; n++) {
      abi.send_commit(sock, abi.send_reserve(sock, 20_000, 0, ADDRESS_BYTES, AF_NETLINK, 7, 0, 0))
    }
    abi.recv(sock, 20_000, 0)
    expect(() => abi.recv(sock, 20_000, 0)).toThrow('not given back')
  })

  test('what is right, it lets through', () => {
    const { one, abi, sock, reserve } = doomed()
    abi.send_commit(sock, reserve(8))
    abi.send_commit(sock, reserve(60))
    abi.send_commit(sock, reserve(20_000))
    abi.close(sock)
    expect(one.halt()).toBe(0)
  })
})
