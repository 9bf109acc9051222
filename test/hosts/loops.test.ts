// for await over a socket: each datagram as a copy; a loss throws ENOBUFS once, and a new loop goes on with what is queued.
import { describe, expect, test } from 'vitest'
import { boot, type Datagram, type KernelSocket, type Socket } from '../../src/index.js'
import {
  AF_NETLINK,
  GFP_KERNEL,
  NETLINK_PKTINFO,
  NETLINK_USERSOCK,
  SO_RCVBUF,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { ID, next, opened, pair, portOf, stateOf } from './support.js'

/** The first bytes of `count` datagrams. */
async function take(socket: Socket, count: number): Promise<number[]> {
  const taken: number[] = []
  for await (const { data } of socket) {
    taken.push(data[0] as number)
    if (taken.length === count) break
  }
  return taken
}

test('what is queued, then what comes, in order; break leaves the rest', async () => {
  const { receiver, send } = pair()
  send(1)
  send(2)
  const taken = take(receiver, 4)
  await stateOf(taken)
  send(3)
  await stateOf(taken)
  send(4)
  send(5)
  expect(await taken).toEqual([1, 2, 3, 4])
  expect(next(receiver)).toBe(5)
})

test('a datagram is whole, a copy, and says where it is from', async () => {
  const kernel = boot()
  const [a, b] = [opened(kernel, NETLINK_USERSOCK), opened(kernel, NETLINK_USERSOCK)]
  b.setsockopt(SOL_NETLINK, NETLINK_PKTINFO, 1)
  const sent = Uint8Array.from({ length: 20_000 }, (_, at) => at % 253)
  a.sendto(sent, 0, { nl_pid: portOf(b) })
  a.sendto(new Uint8Array(3), 0, { nl_pid: portOf(b) })
  const kept: Datagram[] = []
  for await (const one of b) if (kept.push(one) === 2) break
  a.sendto(new Uint8Array(20_000), 0, { nl_pid: portOf(b) })
  b.recv(new Uint8Array(20_000))
  expect(kept[0]?.data).toEqual(sent)
  expect(kept.map(({ name, flags }) => [name.nl_pid, flags])).toEqual([
    [portOf(a), 0],
    [portOf(a), 0],
  ])
  expect(kept[1]?.control.map(({ level, type }) => [level, type])).toEqual([[SOL_NETLINK, NETLINK_PKTINFO]])
})

test('an empty datagram is one', async () => {
  const kernel = boot()
  const ksock = kernel.netlink_kernel_create(20, {}) as KernelSocket
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20)
  socket.bind({})
  for (const size of [0, 2]) kernel.netlink_unicast(ksock, new Uint8Array(size), portOf(socket), true)
  const lengths: number[] = []
  for await (const { data } of socket) if (lengths.push(data.length) === 2) break
  expect(lengths).toEqual([0, 2])
})

describe('a loss', () => {
  function overrun() {
    const kernel = boot()
    const socket = opened(kernel, undefined, 1 << 4)
    socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
    const send = (byte: number) => kernel.cn_netlink_send({ id: ID, seq: byte }, 0, 5, GFP_KERNEL)
    return { socket, send }
  }
  const seqOf = ({ data }: Datagram) => data[8] as number

  test('throws ENOBUFS once and ends the loop; a new one goes on with what is queued, and then with what comes', async () => {
    const { socket, send } = overrun()
    expect([send(1), send(2), send(3), send(4)]).toEqual([0, 0, -3, -3])
    const got: number[] = []
    const loop = async (most: number) => {
      for await (const one of socket) if (got.push(seqOf(one)) === most) return
    }
    await expect(loop(9)).rejects.toMatchObject({ code: 'ENOBUFS', errno: -105 })
    expect(got).toEqual([])
    await loop(2)
    send(5)
    await loop(3)
    expect(got).toEqual([1, 2, 5])
  })

  test('while the loop waits it is told after what was taken', async () => {
    const { socket, send } = overrun()
    const got: number[] = []
    const loop = (async () => {
      for await (const one of socket) got.push(seqOf(one))
    })()
    await stateOf(loop)
    for (const byte of [1, 2, 3]) send(byte)
    expect(await stateOf(loop)).toBe('rejected: ENOBUFS')
    expect(got).toEqual([])
    expect([socket.recv(new Uint8Array(64)), socket.recv(new Uint8Array(64))]).toEqual([36, 36])
  })
})

describe('the end', () => {
  test('the socket is closed: the loop ends, without an error', async () => {
    const { receiver, send } = pair()
    const taken = take(receiver, 9)
    send(1)
    await stateOf(taken)
    receiver.close()
    expect(await taken).toEqual([1])
  })

  test('so it does for one that is closed already, inside the loop, and by the end of its task', async () => {
    const { receiver, send } = pair()
    send(1)
    send(2)
    const got: number[] = []
    for await (const { data } of receiver) {
      got.push(data[0] as number)
      receiver.close()
    }
    expect(got).toEqual([1])
    expect(await take(receiver, 9)).toEqual([])
    const task = boot().spawn()
    const taken = take(task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK), 1)
    await stateOf(taken)
    task.exit()
    expect(await taken).toEqual([])
  })
})

test('two loops share what comes: each datagram goes to one of them', async () => {
  const { receiver, send } = pair()
  const loops = [take(receiver, 2), take(receiver, 2)]
  for (const byte of [1, 2, 3, 4]) {
    await stateOf(Promise.all(loops))
    send(byte)
  }
  const got = await Promise.all(loops)
  expect(got.flat().sort()).toEqual([1, 2, 3, 4])
})
