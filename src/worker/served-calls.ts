// The calls of a socket as the serving end makes them, by name: which arguments they have, and whether they may wait.

import type { Address, Cmsg, Socket, SockFprog } from '../api.js'
import { EAGAIN, EBADF, EMSGSIZE, ENOBUFS, POLLERR, POLLIN, type SockaddrNl } from '../uapi/index.js'
import { SystemError } from '../user/errors.js'
import { INSTRUCTION_BYTES, MAX_INSTRUCTIONS } from '../user/option-value.js'
import type { ServeLimits } from './api.js'
import { type Arguments, NOTHING, type Result } from './arguments.js'
import { controlBytes, MOST_CONTROL_BYTES } from './control.js'
import { receiveBytes, receiveDatagrams, receiveFrom, receiveMessage } from './served-receive.js'
import type { ServedRings } from './served-rings.js'
import type { ServedSocket, ServedSockets } from './served-sockets.js'
import { Violation } from './violation.js'

/** More control messages than this are more than the kernel reads. */
const MOST_CONTROL = 1024
/** More room than any option needs. */
const MOST_OPTION_BYTES = 65536
/** More datagrams than this are not given in one answer. */
const MOST_DATAGRAMS = 1024

export interface Around {
  readonly sockets: ServedSockets
  readonly rings: ServedRings
  readonly limits: ServeLimits
}

/** A call that has been read and can be made, again and again if it waits. */
export interface Made {
  /** The socket that a wait is for: calls that receive wait for something to read, the others for whoever is in their way. */
  readonly reads?: Socket
  readonly wait: boolean
  make(): Result
}

/** Reads a call. @throws Violation, SystemError EBADF */
export type SocketCall = (args: Arguments, around: Around) => Made

const at = (args: Arguments, around: Around, syscall: string): ServedSocket =>
  around.sockets.get(args.integer(), syscall)

/** A call that never waits. */
function simple(
  syscall: string,
  read: (args: Arguments, served: ServedSocket, around: Around) => () => Result,
): SocketCall {
  return (args, around) => {
    const number = args.integer()
    const make = read(args, around.sockets.get(number, syscall), around)
    args.end()
    return { wait: false, make }
  }
}

/** A call with bytes for the kernel; whether it waits is its first argument. */
function sending(syscall: string, read: (args: Arguments, socket: Socket) => (data: Uint8Array) => number): SocketCall {
  return (args, around) => {
    const wait = args.flag()
    const make = read(args, at(args, around, syscall).socket)
    args.end()
    if (args.data.length > around.limits.callBytes) throw new SystemError(-EMSGSIZE, syscall)
    // The bytes are looked up when it is made: a call that waits has a copy of them.
    return { wait, make: () => ({ values: [make(args.data)] }) }
  }
}

/** A call that brings bytes of the kernel; whether it waits is its first argument. */
function receiving(
  syscall: string,
  read: (args: Arguments, served: ServedSocket, mostBytes: number) => () => Result,
): SocketCall {
  return (args, around) => {
    const wait = args.flag()
    const served = at(args, around, syscall)
    const make = read(args, served, around.limits.callBytes)
    args.end()
    return { wait, reads: served.socket, make }
  }
}

/** An address, as [family, pid, groups] or null, and its length. */
function addressOf(args: Arguments): [addr: Address | null, addrlen: number | undefined] {
  const parts = args.list(3)
  const addr = parts.more ? { nl_family: parts.short(), nl_pid: parts.integer(), nl_groups: parts.integer() } : null
  return [addr, args.integerOrNone()]
}

function nameValues(name: SockaddrNl): Result {
  return { values: [name.nl_pid, name.nl_groups] }
}

/** A control message whose bytes are among those of the call, behind the message's own. */
interface ControlItem extends Omit<Cmsg, 'data'> {
  readonly length: number
}

function controlItems(list: Arguments): ControlItem[] {
  const items: ControlItem[] = []
  while (list.more) {
    const item = list.list(4)
    const [level, type, length] = [item.integer(), item.integer(), item.count()]
    const cmsg_len = item.optional(() => item.long())
    items.push({ level, type, length, ...(cmsg_len !== undefined && { cmsg_len }) })
  }
  return items
}

function sendmsg(args: Arguments, socket: Socket): (data: Uint8Array) => number {
  const flags = args.integer()
  const [name, namelen] = addressOf(args)
  const items = controlItems(args.list(MOST_CONTROL))
  const end = args.data.length - items.reduce((sum, { length }) => sum + length, 0)
  if (end < 0) throw new Violation('control messages without their bytes')
  if (controlBytes(items.map(({ length }) => length)) > MOST_CONTROL_BYTES) throw new SystemError(-ENOBUFS, 'sendmsg')
  return (data) => {
    let from = end
    const control = items.map(({ length, ...item }) => {
      from += length
      return { ...item, data: data.subarray(from - length, from) }
    })
    const target = name === null ? {} : { name, ...(namelen !== undefined && { namelen }) }
    return socket.sendmsg({ iov: [data.subarray(0, end)], ...target, ...(items.length > 0 && { control }) }, flags)
  }
}

/** struct sock_filter, one behind another. */
function programOf(bytes: Uint8Array): SockFprog {
  const count = Math.floor(bytes.length / INSTRUCTION_BYTES)
  if (count > MAX_INSTRUCTIONS + 1) throw new Violation('a filter that is too long')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const filter = Array.from({ length: count }, (_, index) => {
    const from = index * INSTRUCTION_BYTES
    const [code, jt, jf] = [view.getUint16(from, true), view.getUint8(from + 2), view.getUint8(from + 3)]
    return [code, jt, jf, view.getUint32(from + 4, true)] as const
  })
  return { filter }
}

function optionValue(args: Arguments): number | Uint8Array | SockFprog | null {
  const kind = args.text(8)
  if (kind === 'number') return args.integer()
  if (kind === 'bytes') return args.data
  if (kind === 'program') return programOf(args.data)
  if (kind === 'null') return null
  throw new Violation('an option value of no kind')
}

function getsockopt(args: Arguments, { socket }: ServedSocket): () => Result {
  const [level, name] = [args.integer(), args.integer()]
  const kind = args.text(8)
  const len = args.integerOrNone()
  if (kind === 'value') {
    return () => {
      const value = len === undefined ? socket.getsockopt(level, name) : socket.getsockopt(level, name, len)
      return typeof value === 'number' ? { values: [value] } : { values: [null], bytes: [value] }
    }
  }
  if (kind !== 'room') throw new Violation('an option that is read in no way')
  return () => {
    const room = args.data.slice(0, MOST_OPTION_BYTES)
    return { values: [socket.getsockopt(level, name, room, len)], bytes: [room] }
  }
}

/** Every call of a socket but socket() itself. */
export const SOCKET_CALLS: ReadonlyMap<string, SocketCall> = new Map(
  Object.entries<SocketCall>({
    bind: simple('bind', (args, served, { sockets }) => {
      const [addr, addrlen] = addressOf(args)
      return () => {
        sockets.bind(served, addr, addrlen)
        return NOTHING
      }
    }),
    connect: simple('connect', (args, { socket }) => {
      const [addr, addrlen] = addressOf(args)
      return () => {
        socket.connect(addr, addrlen)
        return NOTHING
      }
    }),
    getsockname: simple(
      'getsockname',
      (_args, { socket }) =>
        () =>
          nameValues(socket.getsockname()),
    ),
    getpeername: simple(
      'getpeername',
      (_args, { socket }) =>
        () =>
          nameValues(socket.getpeername()),
    ),
    setsockopt: simple('setsockopt', (args, served, { sockets }) => {
      const [level, name] = [args.integer(), args.integer()]
      const value = optionValue(args)
      const len = args.integerOrNone()
      return () => {
        sockets.setsockopt(served, level, name, value, len)
        return NOTHING
      }
    }),
    getsockopt: simple('getsockopt', getsockopt),
    poll: simple('poll', (args, { socket }) => {
      const events = args.integer()
      return () => ({ values: [socket.poll(events)] })
    }),
    ioctl: simple('ioctl', (args, { socket }) => {
      const [request, value] = [args.integer(), args.integer()]
      return () => ({ values: [socket.ioctl(request, value)] })
    }),
    shutdown: simple('shutdown', (args, { socket }) => {
      const how = args.integer()
      return () => {
        socket.shutdown(how)
        return NOTHING
      }
    }),
    listen: simple('listen', (args, { socket }) => {
      const backlog = args.integer()
      return () => {
        socket.listen(backlog)
        return NOTHING
      }
    }),
    accept: simple(
      'accept',
      (_args, { socket }) =>
        () =>
          socket.accept(),
    ),
    share: (args, { sockets, rings }) => {
      const number = args.integer()
      const served = sockets.get(number, 'share')
      const bytes = args.count()
      args.end()
      return {
        wait: false,
        make: () => {
          rings.share(served, number, bytes)
          return NOTHING
        },
      }
    },
    unshare: simple('unshare', (_args, served, { rings }) => () => {
      rings.end(served, EBADF)
      return NOTHING
    }),
    close: (args, { sockets, rings }) => {
      const number = args.integer()
      args.end()
      return {
        wait: false,
        make: () => {
          sockets.close(number, (served) => rings.end(served, EBADF))
          return NOTHING
        },
      }
    },
    send: sending('send', (args, socket) => {
      const flags = args.integer()
      return (data) => socket.send(data, flags)
    }),
    write: sending('write', (_args, socket) => (data) => socket.write(data)),
    sendto: sending('sendto', (args, socket) => {
      const flags = args.integer()
      const [addr, addrlen] = addressOf(args)
      return (data) => socket.sendto(data, flags, addr, addrlen)
    }),
    sendmsg: sending('sendmsg', sendmsg),
    recv: receiving('recv', (args, { socket }, most) => {
      const [length, flags] = [args.count(), args.integer()]
      return () => receiveBytes(socket, 'recv', length, flags, most)
    }),
    read: receiving('read', (args, { socket }, most) => {
      const length = args.count()
      return () => receiveBytes(socket, 'read', length, 0, most)
    }),
    recvfrom: receiving('recvfrom', (args, { socket }, most) => {
      const [length, flags, addrlen] = [args.count(), args.integer(), args.integerOrNone()]
      return () => receiveFrom(socket, length, flags, addrlen, most)
    }),
    recvmsg: receiving('recvmsg', (args, { socket }, most) => {
      const [length, flags] = [args.count(), args.integer()]
      const init = { length, flags, controllen: args.integerOrNone(), namelen: args.integerOrNone() }
      return () => receiveMessage(socket, init, most)
    }),
    receive: receiving('recvmsg', (args, served, most) => {
      const count = Math.min(args.count(), MOST_DATAGRAMS)
      return () => receiveDatagrams(served, count, most)
    }),
    readable: receiving('poll', (_args, { socket }) => () => {
      if (socket.poll(POLLIN | POLLERR) === 0) throw new SystemError(-EAGAIN, 'recvmsg')
      return NOTHING
    }),
  }),
)
