// From one task's socket to another's.
import type { BootOptions } from '../../../src/api.js'
import { NETLINK_USERSOCK } from '../../../src/uapi/index.js'
import { SystemError } from '../../../src/user/index.js'
import { check, chosen, messageOf, openSocket, type Scene, scattered } from '../scene.js'

const TIMES = 100
const AT_RANDOM = 1000

/** One message at a time: send() and recv(). */
export function oneToOne(payload: number, size: string): Scene {
  return {
    rows: [`send, ${size}`, `recv, ${size}`],
    prepare(boot) {
      const { kernel, count } = boot()
      const task = kernel.spawn()
      const receiver = openSocket(task, NETLINK_USERSOCK)
      const sender = openSocket(task, NETLINK_USERSOCK)
      sender.connect({ nl_pid: receiver.getsockname().nl_pid })
      const message = messageOf(payload)
      const buffer = new Uint8Array(message.length)
      return () => {
        let [sent, received] = [0, 0]
        for (let i = 0; i < TIMES; i++) {
          sent += count(() => sender.send(message))
          received += count(() => check(receiver.recv(buffer) === message.length, 'recv'))
        }
        return [sent / TIMES, received / TIMES]
      }
    },
  }
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
    rows: [`send + recv, 64 B, at random among ${sockets} sockets`],
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
