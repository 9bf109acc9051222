// What a kernel socket changes of its protocol, and what stays.

import { describe, expect, it } from 'vitest'
import {
  AF_NETLINK,
  boot,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_LIST_MEMBERSHIPS,
  NETLINK_USERSOCK,
  SOCK_DGRAM,
  SOL_NETLINK,
} from '../../src/index.js'

describe('NETLINK_USERSOCK', () => {
  it('is there before and after a kernel socket of its own, and everybody may send on it all the while', () => {
    const kernel = boot()
    const task = kernel.spawn({ uid: 1000 })
    const open = () => task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
    const receiver = open()
    receiver.bind({ nl_pid: 7 })
    const got: number[] = []
    const ksock = kernel.netlink_kernel_create(NETLINK_USERSOCK, { input: ({ data }) => void got.push(data.length) })
    const sender = open()
    expect(sender.sendto(new Uint8Array(3), 0, { nl_pid: 7 })).toBe(3)
    expect(sender.sendto(new Uint8Array(5), 0, {})).toBe(5)
    expect(got).toEqual([5])
    if (ksock !== null) kernel.netlink_kernel_release(ksock)
    expect(() => sender.sendto(new Uint8Array(5), 0, {})).toThrow('ECONNREFUSED')
    expect(open().sendto(new Uint8Array(3), 0, { nl_pid: 7 })).toBe(3)
  })
})

describe('NETLINK_LIST_MEMBERSHIPS', () => {
  it('tells the words of all groups of the protocol from the first join on', () => {
    const kernel = boot()
    const ksock = kernel.netlink_kernel_create(20, { groups: 70 })
    expect(ksock).not.toBeNull()
    const socket = kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, 20)
    const room = new Uint8Array(16)
    expect(socket.getsockopt(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, room)).toBe(0)
    socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 2)
    expect(socket.getsockopt(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, room)).toBe(12)
  })
})
