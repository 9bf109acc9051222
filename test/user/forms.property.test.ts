// What can be sent or received in several ways leaves the same machine behind, whichever way is taken.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BootOptions, Kernel, Socket } from '../../src/api.js'
import * as uapi from '../../src/uapi/index.js'
import { boot } from '../support/kernels.js'

const { AF_NETLINK, GFP_ATOMIC, NETLINK_CONNECTOR, NETLINK_USERSOCK, SO_RCVBUF, SOCK_RAW, SOL_SOCKET } = uapi

const ID = { idx: 5, val: 1 }
const NONE = new Uint8Array(0)

/** To the peer. */
const SENDS: readonly ((socket: Socket, data: Uint8Array) => number)[] = [
  (socket, data) => socket.send(data),
  (socket, data) => socket.write(data),
  (socket, data) => socket.sendto(data, 0, null),
  (socket, data) => socket.sendto(data, 0, { nl_pid: 62, nl_groups: 1 }, 0),
  (socket, data) => socket.sendto(data, 0, NONE),
  (socket, data) => socket.sendmsg({ iov: [data.subarray(0, 20), NONE, data.subarray(20)] }),
  (socket, data) => socket.sendmsg({ iov: [data], name: { nl_pid: 62 }, namelen: 0 }),
  (socket, data) => {
    socket.reserve(data.length + 30).bytes.set(data)
    return socket.commit(data.length)
  },
]

/** Into `length` bytes. */
const RECEIVES: readonly ((socket: Socket, length: number) => Uint8Array | undefined)[] = [
  (socket, length) => filled(length, (room) => socket.recv(room)),
  (socket, length) => filled(length, (room) => socket.read(room)),
  (socket, length) => filled(length, (room) => socket.recvfrom(room).n),
  (socket, length) => filled(length, (room) => socket.recvmsg({ iov: [room.subarray(0, 9), room.subarray(9)] }).n),
  (socket, length) => {
    const message = socket.peek()
    if (message === null) throw new Error('EAGAIN')
    const received = message.bytes.slice(0, length)
    socket.release()
    return received
  },
]

function filled(length: number, receive: (room: Uint8Array) => number): Uint8Array {
  const room = new Uint8Array(length)
  return room.subarray(0, receive(room))
}

/** What a call gives, or the name of its error. */
function answer(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return /E[A-Z]+/.exec(String(error))?.[0] ?? error
  }
}

interface World {
  readonly kernel: Kernel
  readonly sockets: readonly Socket[]
}

const PORTS = [60, 61, 62, 63]

/** Four sockets: two of each protocol, one of them a user's, one of them small; each with a peer or none. */
function world(options: BootOptions, peers: readonly number[]): World {
  const kernel = boot(options)
  const [root, user] = [kernel.spawn(), kernel.spawn({ uid: 7 })]
  kernel.cn_add_callback(ID, 'answers', ({ seq }, { portid }) => {
    kernel.cn_netlink_send({ id: ID, seq }, portid, 0, GFP_ATOMIC)
  })
  const sockets = PORTS.map((nl_pid, at) => {
    const task = at === 3 ? user : root
    const socket = task.socket(AF_NETLINK, SOCK_RAW, at < 2 ? NETLINK_USERSOCK : NETLINK_CONNECTOR)
    answer(() => socket.bind({ nl_pid, nl_groups: at === 1 ? 1 : 0 }))
    if (at === 0) socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 3000)
    const peer = peers[at] as number
    if (peer !== 0) answer(() => socket.connect({ nl_pid: peer, nl_groups: peer & 1 }))
    return socket
  })
  return { kernel, sockets }
}

const step = fc.record({
  socket: fc.nat(3),
  sends: fc.boolean(),
  // The way of one world, and of the other.
  ways: fc.tuple(fc.nat(39), fc.nat(39)),
  length: fc.constantFrom(1, 30, 300, 3000, 17_000),
  seq: fc.nat(9),
})

test('all forms of sending and of receiving leave the same state', () => {
  const options = fc.record({
    profile: fc.constantFrom('LINUX_6' as const, 'LINUX_2_6_14' as const),
    groupLog: fc.constantFrom(0, 1, 8),
  })
  const peers = fc.array(fc.constantFrom(0, ...PORTS), { minLength: 4, maxLength: 4 })
  const property = fc.property(options, peers, fc.array(step, { maxLength: 60 }), (given, ends, steps) => {
    const worlds = [world(given, ends), world(given, ends)] as const
    for (const { socket, sends, ways, length, seq } of steps) {
      const data = uapi.encodeConnectorMessage({ id: ID, seq, data: new Uint8Array(length).fill(seq) })
      const [one, other] = worlds.map(({ kernel, sockets }, at) => {
        const [on, way] = [sockets[socket] as Socket, ways[at] as number]
        const said = answer(() =>
          sends ? SENDS[way % SENDS.length]?.(on, data) : RECEIVES[way % RECEIVES.length]?.(on, length),
        )
        if (seq === 0) kernel.clock.runUntilIdle()
        return { said, state: kernel.stateHash() }
      })
      expect(other).toEqual(one)
    }
    for (const { kernel } of worlds) expect(kernel.halt()).toBe(0)
  })
  fc.assert(property, { numRuns: 300 })
})
