// Everything that a socket has queued.
import type { Socket } from '../../src/api.js'
import { SystemError } from '../../src/user/index.js'

/** Receives until there is nothing more; any other error is thrown. Datagrams have at most 4096 bytes. */
export function drain(socket: Socket): Uint8Array[] {
  const buffer = new Uint8Array(4096)
  const datagrams: Uint8Array[] = []
  try {
    while (true) datagrams.push(buffer.slice(0, socket.recv(buffer)))
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'EAGAIN') throw error
  }
  return datagrams
}
