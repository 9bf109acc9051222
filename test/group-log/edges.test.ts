// What hooks do to a member of a group in the middle of a call, with a log and without.
import { expect, test } from 'vitest'
import type { Kernel, KernelSocket, Socket } from '../../src/api.js'
import { boot } from '../../src/index.js'
import { AF_NETLINK, GFP_KERNEL, NETLINK_ADD_MEMBERSHIP, SOCK_RAW, SOL_NETLINK } from '../../src/uapi/index.js'

const PROTOCOL = 20
const GROUP = 1
const OTHER = 2

const open = (kernel: Kernel): Socket => kernel.spawn().socket(AF_NETLINK, SOCK_RAW, PROTOCOL)
const join = (socket: Socket, group: number) => socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)

/** The code of the error that a call throws, or what it gives. */
function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as { code: string }).code
  }
}

const LOGS = [{ groupLog: 0 }, { groupLog: 1 }]

test.each(LOGS)('a bind() that fails leaves a member without a port, whatever a hook did meanwhile: %o', (options) => {
  const kernel = boot({ ...options, limits: { groups: 1 } })
  const answers: unknown[] = []
  const read = () => outcome(() => member.recv(new Uint8Array(8)))
  const unbind = () => void answers.push(read())
  const ksock = kernel.netlink_kernel_create(PROTOCOL, { bind: () => 0, unbind }) as KernelSocket
  const member = open(kernel)
  join(member, GROUP)
  // There is no room for another group.
  expect(() => member.bind({ nl_pid: 7, nl_groups: 3 })).toThrow('ENOBUFS')
  expect(answers).toEqual(['EAGAIN', 'EAGAIN'])
  expect(member.getsockname().nl_pid).toBe(0)
  // A multicast that names port 0 passes over members without a port.
  expect(kernel.netlink_broadcast(ksock, new Uint8Array(8), 0, GROUP, GFP_KERNEL)).toBeLessThan(0)
  expect(read()).toBe('EAGAIN')
})

test.each(LOGS)('a hook that joins before a bind() fails leaves a member without a port: %o', (options) => {
  const kernel = boot({ ...options, limits: { groups: 1 } })
  const unbind = () => void outcome(() => join(member, GROUP))
  const ksock = kernel.netlink_kernel_create(PROTOCOL, { bind: () => 0, unbind }) as KernelSocket
  const [first, member] = [open(kernel), open(kernel)]
  first.bind({})
  join(first, GROUP)
  expect(() => member.bind({ nl_pid: 7, nl_groups: 1 << (OTHER - 1) })).toThrow('ENOBUFS')
  expect(kernel.netlink_broadcast(ksock, new Uint8Array(8), 0, GROUP, GFP_KERNEL)).toBe(0)
  expect(outcome(() => first.recv(new Uint8Array(8)))).toBe(8)
  expect(outcome(() => member.recv(new Uint8Array(8)))).toBe('EAGAIN')
})
