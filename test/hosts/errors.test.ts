// User space throws SystemError { code, errno, syscall }; kernel code gets -errno and nothing is thrown.
import { describe, expect, test } from 'vitest'
import { boot, type KernelSocket, SystemError } from '../../src/index.js'
import {
  AF_NETLINK,
  AF_UNSPEC,
  GFP_ATOMIC,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SO_TYPE,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { ID, opened, portOf, thrownBy } from './support.js'

const bytes = new Uint8Array(8)

function world() {
  const kernel = boot()
  const task = kernel.spawn({ uid: 1000 })
  const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
  const taken = opened(kernel, NETLINK_USERSOCK)
  return { kernel, task, socket, taken }
}

type W = ReturnType<typeof world>

const FAILURES: readonly (readonly [syscall: string, code: string, errno: number, call: (w: W) => unknown])[] = [
  ['socket', 'EPROTONOSUPPORT', -93, ({ task }) => task.socket(AF_NETLINK, SOCK_RAW, 31)],
  ['socket', 'EAFNOSUPPORT', -97, ({ task }) => task.socket(2, SOCK_RAW, 0)],
  ['socket', 'ESOCKTNOSUPPORT', -94, ({ task }) => task.socket(AF_NETLINK, 1, 2)],
  ['socketpair', 'EOPNOTSUPP', -95, ({ task }) => task.socketpair(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)],
  ['socketpair', 'EAFNOSUPPORT', -97, ({ task }) => task.socketpair(2, SOCK_RAW, NETLINK_USERSOCK)],
  ['bind', 'EADDRINUSE', -98, ({ socket, taken }) => socket.bind({ nl_pid: portOf(taken) })],
  ['bind', 'EPERM', -1, ({ socket }) => socket.bind({ nl_groups: 1 })],
  ['bind', 'EINVAL', -22, ({ socket }) => socket.bind({ nl_family: AF_UNSPEC })],
  ['connect', 'EINVAL', -22, ({ socket }) => socket.connect(new Uint8Array(1))],
  ['getsockname', 'EINVAL', -22, ({ socket }) => socket.getsockname(bytes, -1)],
  ['getpeername', 'EINVAL', -22, ({ socket }) => socket.getpeername(bytes, -1)],
  ['send', 'ECONNREFUSED', -111, ({ socket }) => socket.send(bytes)],
  ['write', 'ENODATA', -61, ({ socket }) => socket.write(new Uint8Array(0))],
  ['sendto', 'ECONNREFUSED', -111, ({ socket }) => socket.sendto(bytes, 0, { nl_pid: 4242 })],
  ['sendmsg', 'EMSGSIZE', -90, ({ socket }) => socket.sendmsg({ iov: [new Uint8Array(300_000)] })],
  ['sendmsg', 'EINVAL', -22, ({ socket }) => socket.sendmsg({ iov: [bytes], name: {}, namelen: -1 })],
  ['recv', 'EAGAIN', -11, ({ socket }) => socket.recv(bytes)],
  ['recv', 'EOPNOTSUPP', -95, ({ socket }) => socket.recv(bytes, 1)],
  ['read', 'EAGAIN', -11, ({ socket }) => socket.read(bytes)],
  ['recvfrom', 'EAGAIN', -11, ({ socket }) => socket.recvfrom(bytes)],
  ['recvmsg', 'EAGAIN', -11, ({ socket }) => socket.recvmsg({ iov: [bytes] })],
  ['setsockopt', 'EPERM', -1, ({ socket }) => socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 1)],
  ['setsockopt', 'ENOPROTOOPT', -92, ({ socket }) => socket.setsockopt(6, 1, 1)],
  ['getsockopt', 'ENOPROTOOPT', -92, ({ socket }) => socket.getsockopt(SOL_NETLINK, 77)],
  ['getsockopt', 'EINVAL', -22, ({ socket }) => socket.getsockopt(SOL_SOCKET, SO_TYPE, -1)],
  ['ioctl', 'ENOTTY', -25, ({ socket }) => socket.ioctl(0x541b)],
  ['shutdown', 'EOPNOTSUPP', -95, ({ socket }) => socket.shutdown(0)],
  ['listen', 'EOPNOTSUPP', -95, ({ socket }) => socket.listen(5)],
  ['accept', 'EOPNOTSUPP', -95, ({ socket }) => socket.accept()],
  ['kill', 'EINVAL', -22, ({ task }) => task.kill(65)],
  ['setresuid', 'EPERM', -1, ({ task }) => task.setresuid(0, 0, 0)],
  ['setresgid', 'EPERM', -1, ({ task }) => task.setresgid(0, 0, 0)],
  ['setsid', 'EPERM', -1, ({ task }) => task.setsid()],
  ['fork', 'EEXIST', -17, ({ kernel, task }) => kernel.spawn({ pid: task.pid })],
  ['open', 'ENOENT', -2, ({ kernel }) => kernel.procfs.read('/proc/x')],
]

describe('user space', () => {
  test.each(FAILURES)('%s: %s', (syscall, code, errno, call) => {
    const error = thrownBy(() => call(world())) as SystemError
    expect(error).toBeInstanceOf(SystemError)
    expect(error).toBeInstanceOf(Error)
    expect({ name: error.name, syscall: error.syscall, code: error.code, errno: error.errno }).toEqual({
      name: 'SystemError',
      syscall,
      code,
      errno,
    })
    expect(error.message).toMatch(new RegExp(`^${code}: .+, ${syscall}$`))
    expect(error.message).not.toContain('unknown')
  })

  const CALLS = [
    ['bind', (w: W) => w.socket.bind({})],
    ['connect', (w: W) => w.socket.connect({})],
    ['getsockname', (w: W) => w.socket.getsockname()],
    ['getpeername', (w: W) => w.socket.getpeername()],
    ['send', (w: W) => w.socket.send(bytes)],
    ['sendto', (w: W) => w.socket.sendto(bytes, 0, {})],
    ['sendmsg', (w: W) => w.socket.sendmsg({ iov: [bytes] })],
    ['write', (w: W) => w.socket.write(bytes)],
    ['recv', (w: W) => w.socket.recv(bytes)],
    ['recvfrom', (w: W) => w.socket.recvfrom(bytes)],
    ['recvmsg', (w: W) => w.socket.recvmsg({ iov: [bytes] })],
    ['read', (w: W) => w.socket.read(bytes)],
    ['setsockopt', (w: W) => w.socket.setsockopt(1, 8, 1)],
    ['getsockopt', (w: W) => w.socket.getsockopt(1, 8)],
    ['ioctl', (w: W) => w.socket.ioctl(0x5421)],
    ['shutdown', (w: W) => w.socket.shutdown(0)],
    ['listen', (w: W) => w.socket.listen(0)],
    ['accept', (w: W) => w.socket.accept()],
    ['close', (w: W) => w.socket.close()],
  ] as const

  test.each(CALLS)('%s on a closed socket, or one whose task has ended: EBADF', (syscall, call) => {
    for (const end of [(w: W) => w.socket.close(), (w: W) => w.task.exit(), (w: W) => w.task.kill(9)]) {
      const w = world()
      end(w)
      expect(w.socket.closed).toBe(true)
      expect(thrownBy(() => call(w))).toMatchObject({ code: 'EBADF', errno: -9, syscall })
    }
  })

  test('poll() on it says POLLNVAL, and disposing of it is no error', () => {
    const w = world()
    w.socket.close()
    expect(w.socket.poll(1)).toBe(32)
    w.socket[Symbol.dispose]()
    w.taken[Symbol.dispose]()
    expect(w.taken.closed).toBe(true)
  })

  test('a task that has ended: ESRCH', () => {
    const { task } = world()
    task.exit(3)
    expect(task.alive).toBe(false)
    const calls = {
      socket: () => task.socket(AF_NETLINK, SOCK_RAW, 2),
      fork: () => task.fork(),
      clone: () => task.thread(),
      execve: () => task.exec('x'),
      prctl: () => task.setcomm('x'),
      exit: () => task.exit(),
      kill: () => task.kill(9),
      setresuid: () => task.setresuid(1, 1, 1),
      setresgid: () => task.setresgid(1, 1, 1),
      setsid: () => task.setsid(),
      capset: () => task.setcaps([]),
    }
    for (const [syscall, call] of Object.entries(calls)) {
      expect(thrownBy(call), syscall).toMatchObject({ code: 'ESRCH', errno: -3, syscall })
    }
  })
})

test('kernel side: every failure is a number', () => {
  const kernel = boot()
  const full = opened(kernel, NETLINK_CONNECTOR, 1 << 4)
  full.setsockopt(1, 8, 0)
  const ksock = kernel.netlink_kernel_create(20, {}) as KernelSocket
  const send = (portid: number, group: number, gfp = GFP_KERNEL) =>
    kernel.cn_netlink_send({ id: ID }, portid, group, gfp)
  kernel.cn_add_callback({ idx: 6, val: 6 }, 'x', () => {})
  expect([send(portOf(full), 0), send(portOf(full), 0)]).toEqual([36, 36])
  const results = {
    taken: kernel.cn_add_callback({ idx: 6, val: 6 }, 'x', () => {}),
    proc: kernel.cn_add_callback({ idx: 1, val: 1 }, 'x', () => {}),
    unknown: send(0, 0),
    nobody: send(0, 9),
    noPort: send(4242, 0),
    full: send(portOf(full), 0),
    fullAtomic: send(portOf(full), 0, GFP_ATOMIC),
    fullGroup: send(0, 5),
    noInput: kernel.netlink_unicast(ksock, bytes, 0, true),
    noPortHere: kernel.netlink_unicast(ksock, bytes, 4242, true),
    nlmsg: kernel.nlmsg_unicast(ksock, bytes, 4242),
    noMembers: kernel.netlink_broadcast(ksock, bytes, 0, 1, GFP_KERNEL),
    noMembersMulticast: kernel.nlmsg_multicast(ksock, bytes, 0, 1, GFP_KERNEL),
    hidden: kernel.nlmsg_notify(ksock, bytes, 0, 1, false, GFP_KERNEL),
    reported: kernel.nlmsg_notify(ksock, bytes, 4242, 1, true, GFP_KERNEL),
  }
  expect(results).toEqual({
    taken: -22,
    proc: -22,
    unknown: -19,
    nobody: -3,
    noPort: -111,
    full: -11,
    fullAtomic: -11,
    fullGroup: -3,
    noInput: -111,
    noPortHere: -111,
    nlmsg: -111,
    noMembers: -3,
    noMembersMulticast: -3,
    hidden: 0,
    reported: -111,
  })
  expect(kernel.netlink_kernel_create(20)).toBe(null)
  expect(kernel.netlink_kernel_create(32)).toBe(null)
  expect(kernel.cn_del_callback({ idx: 77, val: 77 })).toBe(undefined)
})
