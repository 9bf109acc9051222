// The socket interface through a port: two clients and the kernel they share.
import { describe, expect, test } from 'vitest'
import { GFP_KERNEL } from '../../src/index.js'
import {
  AF_NETLINK,
  decodeConnectorMessage,
  encodeConnectorMessage,
  FIONBIO,
  MSG_PEEK,
  MSG_TRUNC,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_PKTINFO,
  POLLIN,
  POLLNVAL,
  SCM_CREDENTIALS,
  SO_ATTACH_FILTER,
  SO_PASSCRED,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_DGRAM,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { SystemError } from '../../src/worker/index.js'
import { connectorSocket, failureOf, makeWorld, userSocket } from './world.js'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('a client', () => {
  test('is a task of its own, without rights', async () => {
    const { kernel, client } = makeWorld()
    const { remote, served } = await client()
    expect(kernel.tasks()).toEqual([served.task])
    expect([remote.pid, remote.uid, remote.gid]).toEqual([served.task.pid, 65534, 65534])
    const socket = await connectorSocket(remote)
    expect(await failureOf(socket.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20))).toMatchObject({ code: 'EPERM' })
    const root = await client({ uid: 0 })
    const plain = await connectorSocket(root.remote)
    expect(await failureOf(plain.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20))).toMatchObject({ code: 'EPERM' })
    const admin = await client({ caps: ['CAP_NET_ADMIN'] })
    await (await connectorSocket(admin.remote)).setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, 300_000)
  })

  test('talks to a callback, and hears its answer and its groups', async () => {
    const { kernel, client } = makeWorld()
    const [one, two] = [await client({ uid: 1000 }), await client({ uid: 1001 })]
    const heard: unknown[] = []
    const id = { idx: 5, val: 7 }
    kernel.cn_add_callback(id, 'echo', (msg, nsp) => {
      heard.push([new TextDecoder().decode(msg.data), nsp.creds.uid])
      kernel.cn_netlink_send({ id, seq: msg.seq, ack: msg.ack + 1, data: msg.data }, nsp.portid, 0, GFP_KERNEL)
      kernel.cn_netlink_send({ id, seq: 99 }, 0, 5, GFP_KERNEL)
    })
    const [speaker, listener] = [await connectorSocket(one.remote), await connectorSocket(two.remote)]
    await speaker.bind({})
    await listener.bind({ nl_groups: 1 << 4 })
    const data = new TextEncoder().encode('hello')
    const message = encodeConnectorMessage({ id, seq: 3, data })
    expect(await speaker.send(message)).toBe(message.length)
    expect(heard).toEqual([['hello', 1000]])
    const [answer] = await speaker.receive()
    expect(decodeConnectorMessage(answer!.data).msg).toMatchObject({ seq: 3, ack: 1, data })
    for await (const datagram of listener) {
      expect(decodeConnectorMessage(datagram.data).msg.seq).toBe(99)
      break
    }
  })

  test('sends to another client in order, with bytes that may change right after the call', async () => {
    const { client } = makeWorld()
    const [one, two] = [await client(), await client()]
    const [from, to] = [await userSocket(one.remote), await userSocket(two.remote)]
    await to.bind({ nl_pid: 70 })
    const data = new Uint8Array(1)
    const sends = Array.from({ length: 200 }, (_, index) => {
      data[0] = index
      return from.sendto(data, 0, { nl_pid: 70 })
    })
    expect(new Set(await Promise.all(sends))).toEqual(new Set([1]))
    const got = [...(await to.receive({ most: 150 })), ...(await to.receive())]
    expect(got.map((datagram) => datagram.data[0])).toEqual(Array.from({ length: 200 }, (_, index) => index))
    expect(got[0]!.data.buffer.byteLength).toBe(1)
  })

  test('has each call of the interface', async () => {
    const { client } = makeWorld()
    const { remote } = await client({ caps: 'all' })
    const socket = await userSocket(remote)
    await socket.bind({ nl_pid: 70 })
    await socket.connect({ nl_pid: 70 })
    expect(await socket.getsockname()).toEqual({ nl_family: AF_NETLINK, nl_pad: 0, nl_pid: 70, nl_groups: 0 })
    expect(await socket.getpeername()).toMatchObject({ nl_pid: 70 })
    const room = new Uint8Array(12).fill(0xaa)
    expect(await socket.getsockname(room, 6)).toBe(12)
    expect([...room]).toEqual([16, 0, 0, 0, 70, 0, 170, 170, 170, 170, 170, 170])
    expect(await socket.poll(POLLIN)).toBe(0)
    expect(await socket.send(bytes(1, 2, 3))).toBe(3)
    expect(await socket.poll(POLLIN)).toBe(POLLIN)
    const buffer = new Uint8Array(8)
    expect(await socket.recv(buffer, MSG_PEEK)).toBe(3)
    expect(await socket.recv(buffer.subarray(0, 2), MSG_PEEK | MSG_TRUNC)).toBe(3)
    expect(await socket.read(buffer.subarray(4))).toBe(3)
    expect([...buffer]).toEqual([1, 2, 3, 0, 1, 2, 3, 0])
    expect(await socket.write(bytes(9))).toBe(1)
    expect(await socket.recvfrom(buffer)).toMatchObject({ n: 1, addr: { nl_pid: 70 }, addrlen: 12 })
    await socket.setsockopt(SOL_SOCKET, SO_PASSCRED, 1)
    await socket.setsockopt(SOL_NETLINK, NETLINK_PKTINFO, bytes(1, 0, 0, 0))
    expect(await socket.sendmsg({ iov: [bytes(1, 2), bytes(3)], name: { nl_pid: 70 } })).toBe(3)
    const parts = [new Uint8Array(1), new Uint8Array(9)]
    const got = await socket.recvmsg({ iov: parts })
    expect(got).toMatchObject({ n: 3, name: { nl_pid: 70 }, namelen: 12, flags: 0 })
    expect(got.control.map(({ type, data }) => [type, data.length])).toEqual([
      [NETLINK_PKTINFO, 4],
      [SCM_CREDENTIALS, 12],
    ])
    expect([...parts[0]!, ...parts[1]!.subarray(0, 3)]).toEqual([1, 2, 3, 0])
    expect(await socket.getsockopt(SOL_SOCKET, SO_RCVBUF)).toBe(212992)
    expect(await socket.getsockopt(SOL_SOCKET, SO_RCVBUF, 2)).toEqual(bytes(0, 64))
    expect(await socket.getsockopt(SOL_SOCKET, SO_RCVBUF, buffer.fill(7), 2)).toBe(2)
    expect([...buffer]).toEqual([0, 64, 7, 7, 7, 7, 7, 7])
    expect(await socket.ioctl(FIONBIO, 1)).toBe(1)
    for (const call of [socket.shutdown(2), socket.listen(1), socket.accept()]) {
      expect(await failureOf(call)).toMatchObject({ code: 'EOPNOTSUPP' })
    }
    await socket.close()
    expect(socket.closed).toBe(true)
    expect(await failureOf(socket.send(bytes(1)))).toMatchObject({ code: 'EBADF', syscall: 'send' })
  })

  test('receives what is longer than 64 KiB', async () => {
    const { client } = makeWorld()
    const { remote } = await client()
    const socket = await userSocket(remote)
    await socket.bind({ nl_pid: 70 })
    const long = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251)
    expect(await socket.sendto(long, 0, { nl_pid: 70 })).toBe(long.length)
    const buffer = new Uint8Array(200_000)
    expect(await failureOf(socket.recv(new Uint8Array(300_000)))).toMatchObject({ code: 'EMSGSIZE' })
    expect(await socket.recv(buffer)).toBe(long.length)
    expect(buffer.subarray(0, long.length)).toEqual(long)
    expect(await failureOf(socket.recv(buffer))).toMatchObject({ code: 'EAGAIN', syscall: 'recv' })
  })

  test('attaches a socket filter', async () => {
    const { client } = makeWorld()
    const { remote } = await client()
    const socket = await userSocket(remote)
    await socket.bind({ nl_pid: 70 })
    // Keeps what is longer than 2 bytes: ld len; jgt #2 ? ret -1 : ret 0
    await socket.setsockopt(SOL_SOCKET, SO_ATTACH_FILTER, {
      filter: [
        [0x80, 0, 0, 0],
        [0x25, 0, 1, 2],
        [6, 0, 0, 0xffffffff],
        [6, 0, 0, 0],
      ],
    })
    await socket.sendto(bytes(1, 2), 0, { nl_pid: 70 }).catch(() => undefined)
    await socket.sendto(bytes(1, 2, 3), 0, { nl_pid: 70 })
    expect((await socket.receive()).map(({ data }) => [...data])).toEqual([[1, 2, 3]])
  })
})

describe('errors', () => {
  test('of the system come back as such', async () => {
    const { client } = makeWorld()
    const { remote } = await client()
    const failure = await failureOf(remote.socket(AF_NETLINK, SOCK_DGRAM, 77))
    expect(failure).toBeInstanceOf(SystemError)
    expect(failure).toMatchObject({ code: 'EPROTONOSUPPORT', errno: -93, syscall: 'socket' })
    const socket = await userSocket(remote)
    expect(await failureOf(socket.sendto(bytes(1), 0, { nl_pid: 4 }))).toMatchObject({
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'sendto',
    })
  })

  test('of types are found at this end, and nothing is called', async () => {
    const { client } = makeWorld()
    const { remote, served } = await client()
    const socket = await userSocket(remote)
    const wrong = 'wrong' as never
    for (const call of [
      remote.socket(wrong, 1, 1),
      socket.send(wrong),
      socket.bind(wrong),
      socket.recv(wrong),
      socket.setsockopt(1, 2, wrong),
      socket.readable({ signal: wrong }),
      socket.send(bytes(1), 0, { wait: wrong }),
      remote.cn_add_callback(wrong, 'a', () => {}),
      remote.cn_netlink_send({ id: { idx: 1, val: 1 } }, wrong, 0),
    ]) {
      expect(await failureOf(call)).toBeInstanceOf(TypeError)
    }
    expect(await failureOf(socket.poll(2 ** 33))).toBeInstanceOf(RangeError)
    expect(await failureOf(socket.receive({ most: 0 }))).toBeInstanceOf(RangeError)
    expect(await socket.poll(POLLNVAL)).toBe(0)
    expect(served.violation).toBeUndefined()
  })

  test('ENOBUFS is passed on: once, and the loop that follows goes on with what is queued', async () => {
    const { kernel, client } = makeWorld()
    const { remote } = await client()
    const socket = await connectorSocket(remote)
    await socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 1152)
    await socket.bind({})
    await socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 5)
    const send = (seq: number) => kernel.cn_netlink_send({ id: { idx: 5, val: 1 }, seq }, 0, 5, GFP_KERNEL)
    for (let seq = 1; seq <= 9; seq++) send(seq)
    expect(kernel.stats().dropped).toBeGreaterThan(0)
    const loop = async () => {
      for await (const datagram of socket) return decodeConnectorMessage(datagram.data).msg.seq
      return 0
    }
    expect(await failureOf(loop())).toMatchObject({ code: 'ENOBUFS', syscall: 'recv' })
    expect(await loop()).toBe(1)
  })

  test('of a function of the host stay there', async () => {
    const { kernel, client } = makeWorld()
    const errors: unknown[] = []
    const { remote } = await client({ onError: (error) => errors.push(error) })
    const broken = new TypeError('broken')
    kernel.cn_add_callback({ idx: 5, val: 7 }, 'broken', () => {
      throw broken
    })
    const socket = await connectorSocket(remote)
    const failure = await failureOf(socket.send(encodeConnectorMessage({ id: { idx: 5, val: 7 } })))
    expect(failure).toMatchObject({ code: 'EIO', syscall: 'send' })
    expect(errors).toEqual([broken])
  })
})
