// Views that are over. In the debug build they fail; in the release build they show what lies there, so here is only what it does promise.
import { describe, expect, test } from 'vitest'
import type { CnMsgInPlace, Kernel, MessageView, NetlinkSkbParms, SkBuff, Socket } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'
import { pair } from '../support/pair.js'

const { AF_NETLINK, SOCK_RAW } = uapi
const isDebug = process.env.KERNEL_BUILD === 'debug'
const ID = { idx: 5, val: 1 }

/** A view is over, and so are the arrays that somebody kept of it. */
function expectOver({ view, bytes, words }: ReturnType<typeof kept>, message: RegExp): void {
  for (const look of [() => view.bytes, () => view.words, () => view.length]) expect(look).toThrow(message)
  expect([bytes.length, words.length]).toEqual([0, 0])
  expect(() => bytes.set([1])).toThrow()
}

const kept = (view: MessageView) => ({ view, bytes: view.bytes, words: view.words })

describe.runIf(isDebug)('in the debug build a view fails', () => {
  const RESERVED = /the message of reserve\(\) is over/
  const PEEKED = /the message of peek\(\) is over/

  test('that was committed', () => {
    const [from] = pair(boot())
    const one = kept(from.reserve(10))
    from.commit()
    expectOver(one, RESERVED)
  })

  test.each<[string, boolean, (socket: Socket, kernel: Kernel) => void]>([
    ['reserved again', false, (socket) => socket.reserve(10)],
    ['reserved again, with no bytes', false, (socket) => socket.reserve(0)],
    ['of a socket that was closed', true, (socket) => socket.close()],
    ['of a task that has ended', true, (_, kernel) => kernel.tasks()[0]?.exit()],
    ['of a task that was killed', true, (_, kernel) => kernel.tasks()[0]?.kill(9)],
    ['of a machine that was taken down', true, (_, kernel) => kernel.halt()],
    ['from before a rewind', true, (_, kernel) => kernel.rewind(kernel.snapshot())],
  ])('%s', (_, alsoPeeked, end) => {
    const kernel = boot()
    const [from, to] = pair(kernel)
    to.connect({ nl_pid: from.getsockname().nl_pid })
    to.send(new Uint8Array(4))
    const reserved = kept(from.reserve(10))
    const peeked = kept(from.peek() as MessageView)
    end(from, kernel)
    expectOver(reserved, RESERVED)
    if (alsoPeeked) expectOver(peeked, PEEKED)
    else expect(peeked.view.length).toBe(4)
  })

  test('that was released, or that peek() has gone on from', () => {
    const [from, to] = pair(boot())
    for (let n = 0; n < 3; n++) from.send(new Uint8Array(4))
    const one = kept(to.peek() as MessageView)
    to.release()
    expectOver(one, PEEKED)
    const two = kept(to.peek() as MessageView)
    to.recv(new Uint8Array(4))
    expect(two.bytes.length).toBe(4)
    to.peek()
    expectOver(two, PEEKED)
  })

  test('while its message is being sent', () => {
    const kernel = boot()
    const from = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, uapi.NETLINK_CONNECTOR)
    const message = uapi.encodeConnectorMessage({ id: ID, data: new Uint8Array(8) })
    const view = from.reserve(message.length)
    view.bytes.set(message)
    kernel.cn_add_callback(ID, 'five', () => {
      expect(() => view.bytes).toThrow(RESERVED)
    })
    from.commit()
  })

  test('unless the commit has failed', () => {
    const [from, to] = pair(boot())
    to.close()
    const view = from.reserve(10)
    expect(() => from.commit()).toThrow('ECONNREFUSED')
    expect(view.bytes.length).toBe(10)
  })

  test('to a callback that has kept it, with every field, also while another callback runs', () => {
    const kernel = boot()
    const messages: CnMsgInPlace[] = []
    const others: (NetlinkSkbParms | SkBuff)[] = []
    const data: Uint8Array[] = []
    const OVER = /valid until the callback returns/
    kernel.cn_add_callback(ID, 'five', (msg, nsp) => {
      for (const old of messages) for (const key of Object.keys(old)) expect(() => old[key as 'seq']).toThrow(OVER)
      for (const old of messages) expect(() => old.words).toThrow(OVER)
      messages.push(msg)
      others.push(nsp)
      data.push(msg.data)
    })
    kernel.netlink_kernel_create(20, {
      input: (skb) => {
        others.push(skb)
        data.push(skb.data)
      },
    })
    const task = kernel.spawn()
    const [cn, plain] = [uapi.NETLINK_CONNECTOR, 20].map((unit) => task.socket(AF_NETLINK, SOCK_RAW, unit)) as [
      Socket,
      Socket,
    ]
    for (let n = 0; n < 2; n++) cn.send(uapi.encodeConnectorMessage({ id: ID, data: new Uint8Array(8) }))
    plain.send(new Uint8Array(5))
    expect([messages.length, others.length]).toEqual([2, 3])
    expect(data.map((one) => one.length)).toEqual([0, 0, 0])
    for (const one of others) expect(() => one.portid).toThrow(OVER)
  })

  test('to whoever has written into what he peeked', () => {
    const [from, to] = pair(boot())
    from.send(Uint8Array.of(1, 2, 3))
    ;(to.peek() as MessageView).bytes[1] = 9
    expect(() => to.release()).toThrow('a message of peek() was written to: others may have the same one')
    expect(to.peek()).toBeNull()
  })
})

test('what a callback writes into its message is what the kernel has, in the middle of the callback too', () => {
  const kernel = boot({ profile: uapi.LINUX_6 })
  const told: number[][] = []
  kernel.netlink_kernel_create(20, {
    input: (skb) => {
      const { data } = skb
      data[16] = 77
      kernel.netlink_rcv_skb(skb, (_, nlh) => {
        told.push([...nlh.payload])
        return -uapi.EINVAL
      })
    },
  })
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20)
  const header = { nlmsg_type: 40, nlmsg_flags: uapi.NLM_F_REQUEST | uapi.NLM_F_ACK, nlmsg_seq: 3, nlmsg_pid: 0 }
  socket.send(uapi.encodeNlmsg(header, Uint8Array.of(1, 2, 3, 4)))
  expect(told).toEqual([[77, 2, 3, 4]])
  const answer = new Uint8Array(100)
  socket.recv(answer)
  expect(answer[16 + 4 + 16]).toBe(77)
})
