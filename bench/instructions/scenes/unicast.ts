// From one task's socket to another's.
import type { BootOptions } from '../../../src/api.js'
import { NETLINK_USERSOCK } from '../../../src/uapi/index.js'
import { SystemError } from '../../../src/user/index.js'
import type { Boot } from '../kernel.js'
import { check, chosen, messageOf, openSocket, type Scene, scattered, withCommas } from '../scene.js'

const TIMES = 100
const AT_RANDOM = 1000

/** One message at a time: send() and recv(). */
export function oneToOne(payload: number, size: string): Scene {
  return {
    rows: [`send, ${size}`, `recv, ${size}`],
    prepare(boot) {
      const { count, send, recv } = pair(boot, payload)
      return () => {
        let [sent, received] = [0, 0]
        for (let i = 0; i < TIMES; i++) {
          sent += count(send)
          received += count(recv)
        }
        return [sent / TIMES, received / TIMES]
      }
    },
  }
}

/** The same between two sockets of which each is the other's peer. */
export const peerToPeer: Scene = {
  rows: ['send, 64 B, to a socket that is connected to the sender'],
  prepare(boot) {
    const { sender, receiver, count, send, recv } = pair(boot, 64)
    receiver.connect({ nl_pid: sender.getsockname().nl_pid })
    return () => {
      let sent = 0
      for (let i = 0; i < TIMES; i++) {
        sent += count(send)
        recv()
      }
      return [sent / TIMES]
    }
  },
}

/** The same in place: commit(), which is all that the kernel has of sending it, then peek() and release(). */
export const inPlace: Scene = {
  rows: ['commit, 64 B', 'peek + release, 64 B'],
  prepare(boot) {
    const { sender, receiver, count } = pair(boot, 64)
    const commit = () => check(sender.commit() > 0, 'commit')
    const read = () => {
      check(receiver.peek() !== null, 'peek')
      receiver.release()
    }
    return () => {
      let [sent, received] = [0, 0]
      for (let i = 0; i < TIMES; i++) {
        sender.reserve(messageOf(64).length)
        sent += count(commit)
        received += count(read)
      }
      return [sent / TIMES, received / TIMES]
    }
  },
}

/** What the bulk instructions move, each of which counts as one. */
export function movedOneToOne(payload: number, size: string): Scene {
  return {
    rows: [`send, ${size}: bytes moved in bulk`, `recv, ${size}: bytes moved in bulk`],
    prepare(boot) {
      const { bulkBytes, send, recv } = pair(boot, payload)
      return () => [bulkBytes(send), bulkBytes(recv)]
    },
  }
}

function pair(boot: Boot, payload: number) {
  const { kernel, count, bulkBytes } = boot()
  const task = kernel.spawn()
  const receiver = openSocket(task, NETLINK_USERSOCK)
  const sender = openSocket(task, NETLINK_USERSOCK)
  sender.connect({ nl_pid: receiver.getsockname().nl_pid })
  const message = messageOf(payload)
  const buffer = new Uint8Array(message.length)
  const send = () => check(sender.send(message) === message.length, 'send')
  const recv = () => check(receiver.recv(buffer) === message.length, 'recv')
  return { count, bulkBytes, sender, receiver, send, recv }
}

/** What a receiver pays who asks too early. */
export const emptyReceive: Scene = {
  rows: ['recv that answers EAGAIN'],
  prepare(boot) {
    const { kernel, count } = boot()
    const socket = openSocket(kernel.spawn(), NETLINK_USERSOCK)
    const buffer = new Uint8Array(8)
    return () => [count(() => check(codeOf(() => socket.recv(buffer)) === 'EAGAIN', 'recv'))]
  },
}

function codeOf(call: () => unknown): string | undefined {
  try {
    call()
  } catch (error) {
    if (error instanceof SystemError) return error.code
    throw error
  }
  return undefined
}

/** A message to one of many sockets, which receives it. Their ports have no order. */
export function amongMany(sockets: number, limits: BootOptions['limits'] = {}): Scene {
  return {
    rows: [`send + recv, 64 B, at random among ${withCommas(sockets)} sockets`],
    prepare(boot) {
      const { kernel, count } = boot({ limits })
      const task = kernel.spawn()
      const sender = openSocket(task, NETLINK_USERSOCK)
      const all = scattered(sockets).map((nl_pid) => ({
        socket: openSocket(task, NETLINK_USERSOCK, nl_pid),
        address: { nl_pid },
      }))
      const receivers = chosen(AT_RANDOM, all)
      const message = messageOf(64)
      const buffer = new Uint8Array(message.length)
      const roundtrips = () => {
        for (const { socket, address } of receivers) {
          sender.sendto(message, 0, address)
          check(socket.recv(buffer) === message.length, 'recv')
        }
      }
      return () => [count(roundtrips) / AT_RANDOM]
    },
  }
}
