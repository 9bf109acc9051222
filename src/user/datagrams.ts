// The datagrams of a socket, one after another, as a loop has them.

import type { Datagram, Socket } from '../api.js'
import { EAGAIN, EBADF, MSG_PEEK, MSG_TRUNC } from '../uapi/index.js'
import { SystemError } from './errors.js'

const NO_BYTES = new Uint8Array(0)

/**
 * Each datagram as a copy, until the socket is closed. A loss throws ENOBUFS and ends the loop.
 *
 * @param mustWait whether each datagram is waited for, even one that is there: programs of a schedule give up their turn for it
 */
export async function* datagramsOf(socket: Socket, mustWait = () => false): AsyncIterableIterator<Datagram> {
  let waited = false
  while (!socket.closed) {
    const datagram = waited || !mustWait() ? takeDatagram(socket) : undefined
    waited = false
    if (datagram !== undefined) {
      yield datagram
      continue
    }
    try {
      await socket.readable()
      waited = true
    } catch (error) {
      if (error instanceof SystemError && error.errno === -EBADF) return
      throw error
    }
  }
}

/** The next datagram, whatever its size, or undefined if there is none. */
function takeDatagram(socket: Socket): Datagram | undefined {
  try {
    const data = new Uint8Array(socket.recv(NO_BYTES, MSG_PEEK | MSG_TRUNC))
    const { name, flags, control } = socket.recvmsg({ iov: [data] })
    return { data, name, flags, control }
  } catch (error) {
    if (error instanceof SystemError && error.errno === -EAGAIN) return undefined
    throw error
  }
}
