// An address whose length is given beside it: as an object it says what the same bytes say.
import { describe, expect, test } from 'vitest'
import type { Address } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'

const { AF_NETLINK, NETLINK_CONNECTOR, NETLINK_USERSOCK, SOCK_RAW } = uapi

const OBJECT = { nl_pid: 7 }
const BYTES = Uint8Array.of(AF_NETLINK, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0)
const DATA = Uint8Array.of(1)

function answer(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as { code?: string }).code
  }
}

/** What each call says to an address of that length, and what comes to port 7 from it. */
function answers(addr: Address, addrlen: number) {
  const task = boot().spawn()
  const open = () => task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  const [receiver, sender, connected] = [open(), open(), open()]
  receiver.bind({ nl_pid: 7 })
  const said = [
    answer(() => sender.sendto(DATA, 0, addr, addrlen)),
    answer(() => sender.sendmsg({ iov: [DATA], name: addr, namelen: addrlen })),
    answer(() => connected.connect(addr, addrlen)),
    answer(() => open().bind(addr, addrlen)),
  ]
  return { said, peer: connected.getpeername().nl_pid, received: answer(() => receiver.recv(new Uint8Array(8))) }
}

describe('an address of fewer or more bytes than it has', () => {
  test.each([-1, 0, 1, 2, 11, 12, 20, 128, 129])('says the same as an object and as bytes: %i', (addrlen) => {
    expect(answers(OBJECT, addrlen)).toEqual(answers(BYTES, addrlen))
  })

  test('of 0 bytes is none: the message goes to the peer, the kernel if there is none (conformance send/bad-address)', () => {
    const { said, received } = answers(OBJECT, 0)
    expect({ said: said.slice(0, 2), received }).toEqual({ said: ['ECONNREFUSED', 'ECONNREFUSED'], received: 'EAGAIN' })
  })

  test('of 0 bytes is no way around a privilege', () => {
    const kernel = boot()
    const receiver = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    receiver.bind({ nl_pid: 7, nl_groups: 1 })
    const sender = kernel.spawn({ uid: 1000 }).socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    sender.sendto(DATA, 0, { nl_pid: 7 }, 0)
    sender.sendmsg({ iov: [DATA], name: { nl_groups: 1 }, namelen: 0 })
    expect(() => receiver.recv(new Uint8Array(8))).toThrow('EAGAIN')
  })
})
