// Sockets of the machine's own kernel: every call of the interface, each answer from Linux.

import { beforeAll, describe, expect, test } from 'vitest'
import type { Socket, Task } from '../../src/api.js'
import {
  AF_NETLINK,
  decodeUcred,
  FIONBIO,
  MSG_PEEK,
  MSG_TRUNC,
  NETLINK_ROUTE,
  NETLINK_USERSOCK,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  SCM_CREDENTIALS,
  SO_ATTACH_FILTER,
  SO_PASSCRED,
  SO_RCVBUF,
  SO_TYPE,
  SOCK_RAW,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { isolatedTask, titled, whyNot } from './here.js'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe.skipIf(whyNot)(titled("sockets of the machine's own kernel"), () => {
  let task: Task
  beforeAll(() => {
    task = isolatedTask()
  })

  const open = (protocol = NETLINK_USERSOCK): Socket => task.socket(AF_NETLINK, SOCK_RAW, protocol)

  /** Two bound sockets, the first one's address being that of the second. */
  function pair(): [from: Socket, to: Socket, port: number] {
    const [from, to] = [open(), open()]
    from.bind({})
    to.bind({})
    return [from, to, to.getsockname().nl_pid]
  }

  test('messages are built and read in place, by copies', () => {
    const [from, to, nl_pid] = pair()
    from.connect({ nl_pid })
    const { words } = from.reserve(6)
    words[0] = 0x04030201
    words[1] = 0x0605
    expect(from.commit()).toBe(6)
    const view = to.peek()
    expect([view?.length, [...(view?.bytes ?? [])]]).toEqual([6, [1, 2, 3, 4, 5, 6]])
    to.release()
    expect(to.peek()).toBeNull()
    expect(() => to.release()).toThrow('release() without peek(): nothing is peeked')
    for (const first of [1, 2, 3]) from.send(bytes(2, first))
    to.peek()
    expect(to.recv(new Uint8Array(2))).toBe(2)
    to.release()
    const drained: unknown[] = []
    expect(to.drain((message) => drained.push(message.bytes))).toBe(2)
    expect(drained).toEqual([bytes(2, 2), bytes(2, 3)])
    from.close()
    expect(() => from.reserve(4)).toThrow('EBADF')
  })

  test('names: bind, getsockname, getpeername, connect', () => {
    const [from, , port] = pair()
    from.connect({ nl_pid: port })
    expect(from.getpeername()).toEqual({ nl_family: AF_NETLINK, nl_pad: 0, nl_pid: port, nl_groups: 0 })
    const room = new Uint8Array(16).fill(0xaa)
    expect(from.getpeername(room, 8)).toBe(12)
    expect([...room.subarray(8)]).toEqual(Array(8).fill(0xaa))
    expect(new DataView(room.buffer).getUint32(4, true)).toBe(port)
    expect(() => from.bind(null)).toThrow(expect.objectContaining({ code: 'EINVAL', errno: -22, syscall: 'bind' }))
    expect(() => from.bind(null, 12)).toThrow(expect.objectContaining({ code: 'EFAULT' }))
  })

  test('messages of all calls arrive whole, in order, and never block', () => {
    const [from, to, port] = pair()
    from.connect({ nl_pid: port })
    expect([from.send(bytes(1)), from.write(bytes(2, 2))]).toEqual([1, 2])
    expect(from.sendto(bytes(3, 3, 3), 0, { nl_pid: port })).toBe(3)
    expect(from.sendmsg({ iov: [bytes(4, 4), new Uint8Array(0), bytes(4, 4)], name: { nl_pid: port } })).toBe(4)
    const buffer = new Uint8Array(8)
    expect(to.recv(new Uint8Array(0), MSG_PEEK | MSG_TRUNC)).toBe(1)
    expect([to.recv(buffer), to.read(buffer)]).toEqual([1, 2])
    expect(to.recvfrom(buffer)).toMatchObject({ n: 3, addr: from.getsockname(), addrlen: 12 })
    const parts = [new Uint8Array(1), new Uint8Array(2)]
    expect(to.recvmsg({ iov: parts })).toMatchObject({ n: 3, name: from.getsockname(), namelen: 12, flags: MSG_TRUNC })
    expect(parts.map((part) => [...part])).toEqual([[4], [4, 4]])
    to.ioctl(FIONBIO, 0)
    for (const call of [() => to.recv(buffer), () => to.read(buffer), () => to.recvmsg({ iov: [buffer] })]) {
      expect(call).toThrow(expect.objectContaining({ code: 'EAGAIN' }))
    }
  })

  test('control messages, both ways', () => {
    const [from, to, port] = pair()
    to.setsockopt(SOL_SOCKET, SO_PASSCRED, 1)
    from.sendto(bytes(1), 0, { nl_pid: port })
    const { control } = to.recvmsg({ iov: [new Uint8Array(8)] })
    expect(control).toMatchObject([{ level: SOL_SOCKET, type: SCM_CREDENTIALS }])
    const own = decodeUcred(control[0]!.data)
    expect(own).toMatchObject({ pid: task.tgid, uid: process.getuid?.() })
    from.sendmsg({ iov: [bytes(2)], name: { nl_pid: port }, control: [{ ...control[0]! }] })
    expect(to.recvmsg({ iov: [new Uint8Array(8)], controllen: 20 }).control[0]!.data).toHaveLength(4)
  })

  test('options: numbers, bytes, filters, lengths that lie', () => {
    const socket = open()
    socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
    expect(socket.getsockopt(SOL_SOCKET, SO_RCVBUF)).toBe(8192)
    expect(socket.getsockopt(SOL_SOCKET, SO_TYPE, 2)).toEqual(bytes(3, 0))
    const buffer = new Uint8Array(2).fill(0xaa)
    expect(socket.getsockopt(SOL_SOCKET, SO_TYPE, buffer, 64)).toBe(4)
    expect([...buffer]).toEqual([3, 0])
    socket.bind({})
    // Lets three bytes of every message through.
    socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [[6, 0, 0, 3]] })
    open().sendto(bytes(1, 2, 3, 4, 5), 0, { nl_pid: socket.getsockname().nl_pid })
    expect(socket.recv(new Uint8Array(8))).toBe(3)
    expect(() => socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, { filter: [] })).toThrow(/EINVAL/)
    expect(() => socket.setsockopt(SOL_SOCKET, SO_RCVBUF, null)).toThrow(/EFAULT/)
  })

  test('the rest: poll, close, what netlink does not have', () => {
    const socket = open()
    expect(socket.poll(POLLIN | POLLOUT)).toBe(POLLOUT)
    const none = [() => socket.listen(1), () => socket.shutdown(0), () => socket.accept()]
    for (const call of none) expect(call).toThrow(expect.objectContaining({ code: 'EOPNOTSUPP' }))
    expect(() => task.socketpair(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)).toThrow(/EOPNOTSUPP/)
    expect(() => task.socket(2, 2, 0)).toThrow(/EAFNOSUPPORT/)
    expect(() => socket.ioctl(0x1234)).toThrow(/ENOTTY/)
    socket.close()
    expect(socket.closed).toBe(true)
    expect(socket.poll(POLLIN)).toBe(POLLNVAL)
    for (const call of [() => socket.close(), () => socket.send(bytes(1)), () => socket.getsockname()]) {
      expect(call).toThrow(expect.objectContaining({ code: 'EBADF' }))
    }
  })

  test('arguments of the wrong type are refused before anything happens', () => {
    const socket = open()
    const wrong = (value: unknown) => value as never
    expect(() => socket.send(wrong('text'))).toThrow(TypeError)
    expect(() => socket.send(wrong(new Uint16Array(2)))).toThrow(TypeError)
    expect(() => socket.recvmsg({ iov: wrong([1]) })).toThrow(TypeError)
    expect(() => socket.bind(wrong(5))).toThrow(TypeError)
    expect(() => socket.bind({ nl_pid: 2 ** 32 })).toThrow(RangeError)
    expect(() => socket.setsockopt(1.5, 1, 1)).toThrow(RangeError)
    expect(() => socket.poll(wrong('POLLIN'))).toThrow(TypeError)
    expect(() => socket.sendto(bytes(1), 0, {}, wrong('12'))).toThrow(TypeError)
    expect(socket.getsockname().nl_pid).toBe(0)
  })

  test("the kernel's own protocols answer: a link by its name", () => {
    using socket = open(NETLINK_ROUTE)
    // RTM_GETLINK for "lo": nlmsghdr, ifinfomsg, IFLA_IFNAME.
    const request = new Uint8Array(16 + 16 + 8)
    const view = new DataView(request.buffer)
    view.setUint32(0, request.length, true)
    view.setUint16(4, 18, true)
    view.setUint16(6, 1, true)
    view.setUint16(32, 7, true)
    view.setUint16(34, 3, true)
    request.set(new TextEncoder().encode('lo\0'), 36)
    socket.send(request)
    const answer = new Uint8Array(socket.recv(new Uint8Array(0), MSG_PEEK | MSG_TRUNC))
    socket.recv(answer)
    expect(new DataView(answer.buffer).getUint16(4, true)).toBe(16)
    expect(new TextDecoder().decode(answer)).toContain('lo\0')
  })

  test('the task: ids, name, what a running process cannot do', () => {
    expect(task.tgid).toBe(process.pid)
    const before = task.comm
    task.setcomm('a-name-that-is-too-long')
    expect(task.comm).toBe('a-name-that-is-')
    task.setcomm(before)
    for (const call of [() => task.fork(), () => task.thread(), () => task.exec('x')]) {
      expect(call).toThrow(expect.objectContaining({ code: 'EOPNOTSUPP' }))
    }
  })
})
