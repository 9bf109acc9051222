// The files of /proc, to the letter.
import { expect, test } from 'vitest'
import { boot, LINUX_6 } from '../../src/index.js'
import { AF_NETLINK, GFP_KERNEL, NETLINK_CONNECTOR, NETLINK_USERSOCK, SOCK_RAW } from '../../src/uapi/index.js'
import { codeOf, thrownBy } from './support.js'

test('/proc/net/connector: name to fifteen columns, a blank, idx:val, in the order of registration', () => {
  const kernel = boot({ profile: LINUX_6 })
  kernel.cn_add_callback({ idx: 9, val: 1 }, 'first', () => {})
  kernel.cn_add_callback({ idx: 2, val: 4294967295 }, '', () => {})
  kernel.cn_add_callback({ idx: 3, val: 1 }, 'a name of more than fifteen', () => {})
  kernel.cn_add_callback({ idx: 4, val: 1 }, 'x'.repeat(40), () => {})
  kernel.cn_add_callback({ idx: 5, val: 1 }, '%s %d', () => {})
  kernel.cn_add_callback({ idx: 6, val: 1 }, 'first', () => {})
  kernel.cn_del_callback({ idx: 9, val: 1 })
  kernel.cn_add_callback({ idx: 9, val: 1 }, 'first', () => {})
  expect(kernel.procfs.read('/proc/net/connector')).toBe(
    [
      'Name            ID',
      'cn_proc         1:1',
      '                2:4294967295',
      'a name of more than fifteen 3:1',
      `${'x'.repeat(31)} 4:1`,
      '%s %d           5:1',
      'first           6:1',
      'first           9:1',
      '',
    ].join('\n'),
  )
})

test('/proc/net/netlink: a row for each socket that has a port, kernel sockets first', () => {
  const kernel = boot()
  const task = kernel.spawn({ pid: 4321 })
  const socket = (protocol: number) => task.socket(AF_NETLINK, SOCK_RAW, protocol)
  const [a, b, unbound] = [socket(NETLINK_CONNECTOR), socket(NETLINK_USERSOCK), socket(NETLINK_USERSOCK)]
  a.bind({ nl_groups: 0x80000005 })
  b.bind({ nl_pid: 0xfffffff0 })
  unbound.getsockname()
  kernel.cn_netlink_send({ id: { idx: 1, val: 2 } }, 0, 1, GFP_KERNEL)
  const row = (inode: number, ...cells: string[]) =>
    [inode.toString(16).padStart(16, '0'), ...cells, String(inode).padEnd(8)].join(' ')
  expect(kernel.procfs.read('/proc/net/netlink')).toBe(
    [
      'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode',
      row(2, '2  ', '4294967280', '00000000', '0       ', '0       ', '0    ', '2       ', '0       '),
      row(0, '11 ', '0         ', '00000000', '0       ', '0       ', '0    ', '2       ', '0       '),
      row(1, '11 ', '4321      ', '80000005', '832     ', '0       ', '0    ', '2       ', '0       '),
      '',
    ].join('\n'),
  )
})

test('each namespace has its own sockets; the connector is in the initial one', () => {
  const kernel = boot()
  const [here, there] = [kernel.spawn(), kernel.spawn({ netns: 'there' })]
  for (const task of [here, there]) task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK).bind({ nl_pid: task.pid })
  const pids = (path: string) =>
    kernel.procfs
      .read(path)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(/ +/)[2]))
  expect(pids('/proc/net/netlink')).toEqual([here.pid, 0])
  expect(pids('/proc/self/net/netlink')).toEqual([here.pid, 0])
  expect(pids(`/proc/${here.pid}/net/netlink`)).toEqual([here.pid, 0])
  expect(pids(`/proc/${there.pid}/net/netlink`)).toEqual([there.pid])
  expect(kernel.procfs.read(`/proc/${here.pid}/net/connector`)).toContain('cn_proc')
  expect(codeOf(() => kernel.procfs.read(`/proc/${there.pid}/net/connector`))).toBe('ENOENT')
})

test.each([
  '/proc/net/nothing',
  '/proc/99999/net/netlink',
  '/proc',
  '',
  'proc/net/netlink',
  '/proc/net/netlink/',
  '/proc//net/netlink',
  '/proc/-1/net/netlink',
  '/proc/net/netlink\n',
])('there is no %j: ENOENT', (path) => {
  expect(thrownBy(() => boot().procfs.read(path))).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'open' })
})

test('reading changes nothing', () => {
  const kernel = boot()
  kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK).bind({})
  const before = kernel.stateHash()
  for (const path of ['/proc/net/netlink', '/proc/net/connector', '/proc/modules']) kernel.procfs.read(path)
  expect(kernel.stateHash()).toBe(before)
})
