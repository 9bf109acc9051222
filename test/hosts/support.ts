// What the tests of the hosts share.
import { type BootOptions, boot, type Kernel, type Socket, type SystemError } from '../../src/index.js'
import {
  AF_NETLINK,
  type CbId,
  encodeConnectorMessage,
  NETLINK_CONNECTOR,
  NETLINK_USERSOCK,
  SO_RCVBUF,
  SOCK_RAW,
  SOL_SOCKET,
} from '../../src/uapi/index.js'

export const ID: CbId = { idx: 5, val: 1 }
export const OTHER: CbId = { idx: 5, val: 2 }

export const message = (id: CbId = ID, ...data: number[]) => encodeConnectorMessage({ id, data: new Uint8Array(data) })

/** A bound socket of a task of its own. */
export function opened(kernel: Kernel, protocol: number = NETLINK_CONNECTOR, nl_groups = 0): Socket {
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, protocol)
  socket.bind({ nl_groups })
  return socket
}

export const portOf = (socket: Socket) => socket.getsockname().nl_pid

/** A kernel, and two sockets of processes of which the second takes two messages of up to 256 bytes and no more. */
export function pair(options?: BootOptions) {
  const kernel = boot(options)
  const sender = opened(kernel, NETLINK_USERSOCK)
  const receiver = opened(kernel, NETLINK_USERSOCK)
  receiver.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
  const send = (byte: number) => sender.sendto(new Uint8Array([byte]), 0, { nl_pid: portOf(receiver) })
  return { kernel, sender, receiver, send }
}

/** The first byte of the next message. */
export function next(socket: Socket): number {
  const buffer = new Uint8Array(64)
  socket.recv(buffer)
  return buffer[0] as number
}

/** What is thrown, be it undefined; fails if nothing is. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

export const codeOf = (call: () => unknown) => (thrownBy(call) as SystemError).code

/** The same of several. */
export const statesOf = (promises: readonly Promise<unknown>[]) => Promise.all(promises.map(stateOf))

/** What a promise has come to after everything that is ready has run: 'pending', 'resolved: …' or 'rejected: …'. */
export async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'pending'
  promise.then(
    (value) => {
      state = `resolved: ${String(value)}`
    },
    (error: unknown) => {
      state = `rejected: ${(error as SystemError).code ?? String(error)}`
    },
  )
  await new Promise((resolve) => setImmediate(resolve))
  return state
}
