// Receives for the other end: into room of this side, of which only what was received travels.

import type { Cmsg, Datagram, Socket } from '../api.js'
import { EMSGSIZE, MSG_PEEK, MSG_TRUNC, POLLERR, POLLIN, type SockaddrNl } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import type { Result } from './arguments.js'
import type { ServedSocket } from './served-sockets.js'
import type { Plain } from './wire.js'

const NO_BYTES = new Uint8Array(0)
/** Most datagrams are shorter: they are received here, and copied out to their length. Nothing keeps it between two calls. */
const SCRATCH_BYTES = 65536
let scratch: Uint8Array<ArrayBuffer> | undefined

/** Room for a receive that asked for `length` bytes: never more than there is to receive. */
function roomFor(socket: Socket, length: number): Uint8Array {
  scratch ??= new Uint8Array(SCRATCH_BYTES)
  if (length <= SCRATCH_BYTES) return scratch.subarray(0, length)
  // An error that is pending, or nothing, needs no room; a look at the next datagram would take the error away.
  if (socket.poll(POLLIN | POLLERR) !== POLLIN) return scratch
  const next = socket.recv(NO_BYTES, MSG_PEEK | MSG_TRUNC)
  return next <= SCRATCH_BYTES ? scratch : new Uint8Array(Math.min(next, length))
}

function received(n: number, room: Uint8Array): Uint8Array {
  return room.slice(0, Math.min(n, room.length))
}

function checkLength(length: number, most: number, syscall: string): void {
  if (length > most) throw new SystemError(-EMSGSIZE, syscall)
}

export function receiveBytes(
  socket: Socket,
  call: 'recv' | 'read',
  length: number,
  flags: number,
  most: number,
): Result {
  checkLength(length, most, call)
  const room = roomFor(socket, length)
  const n = call === 'recv' ? socket.recv(room, flags) : socket.read(room)
  return { values: [n], bytes: [received(n, room)] }
}

export function receiveFrom(
  socket: Socket,
  length: number,
  flags: number,
  addrlen: number | undefined,
  most: number,
): Result {
  checkLength(length, most, 'recvfrom')
  const room = roomFor(socket, length)
  const got = socket.recvfrom(room, flags, addrlen)
  return { values: [got.n, nameOf(got.addr), got.addrlen], bytes: [received(got.n, room)] }
}

export interface ReceiveInit {
  readonly length: number
  readonly flags: number
  readonly controllen: number | undefined
  readonly namelen: number | undefined
}

export function receiveMessage(socket: Socket, init: ReceiveInit, most: number): Result {
  checkLength(init.length, most, 'recvmsg')
  const room = roomFor(socket, init.length)
  const { controllen, namelen, flags } = init
  const lengths = { ...(controllen !== undefined && { controllen }), ...(namelen !== undefined && { namelen }) }
  const got = socket.recvmsg({ iov: [room], ...lengths }, flags)
  const data = received(got.n, room)
  return {
    values: [got.n, nameOf(got.name), got.namelen, got.flags, data.length, controlOf(got.control)],
    bytes: [data, ...got.control.map((item) => item.data)],
  }
}

/** The next datagram and those behind it. @throws SystemError EAGAIN if there is none, ENOBUFS after a loss */
export function receiveDatagrams(served: ServedSocket, most: number, mostBytes: number): Result {
  const error = served.error
  served.error = undefined
  if (error !== undefined) throw error
  const values: Plain[] = []
  const bytes: Uint8Array[] = []
  let total = 0
  while (values.length < most) {
    const first = values.length === 0
    if (!first && served.socket.poll(POLLIN | POLLERR) !== POLLIN) break
    try {
      const length = served.socket.recv(NO_BYTES, MSG_PEEK | MSG_TRUNC)
      if (!first && total + length > mostBytes) break
      const { data, name, flags, control } = takeDatagram(served.socket, Math.min(length, mostBytes))
      values.push([data.length, nameOf(name), flags, controlOf(control)])
      bytes.push(data, ...control.map((item) => item.data))
      total += data.length
    } catch (failure) {
      if (first || !(failure instanceof SystemError)) throw failure
      served.error = failure
      break
    }
  }
  return { values, bytes }
}

function takeDatagram(socket: Socket, length: number): Datagram {
  const data = new Uint8Array(length)
  const { name, flags, control } = socket.recvmsg({ iov: [data] })
  return { data, name, flags, control }
}

function nameOf(name: SockaddrNl): Plain {
  return [name.nl_family, name.nl_pad ?? 0, name.nl_pid, name.nl_groups]
}

function controlOf(control: readonly Cmsg[]): Plain {
  return control.map(({ level, type, data }) => [level, type, data.length])
}
