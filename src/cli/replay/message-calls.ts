// Calls that send and receive messages on a socket.

import type { Cmsg, Msghdr } from '../../index.js'
import { MSG_FLAGS } from '../../uapi/index.js'
import { receivedAddress, sockaddr } from './addresses.js'
import { type CallTable, call } from './call.js'
import {
  address,
  type Field,
  flags,
  hex,
  int,
  list,
  named,
  object,
  optional,
  size,
  text,
  withDefault,
} from './fields.js'
import { plainHex, toHex } from './hex.js'
import type { Json } from './json.js'
import { CMSG_TYPES, flagNames, LEVELS, nameOf } from './names.js'
import type { Stage } from './stage.js'

const sock = text
const msgFlags = withDefault(flags(MSG_FLAGS, 'message flag'), 0)

/** What the recorder gave where a step does not say it. */
const CONTROL_ROOM = 256

/** A type under another level than its own is one of the mistakes that scenarios make on purpose. */
const cmsgType = named(Object.assign({}, ...Object.values(CMSG_TYPES)), 'control message')
const control = list(object({ level: named(LEVELS, 'level'), type: cmsgType, data: hex, cmsg_len: optional(int) }))
type ControlArgs = ReturnType<(typeof control)['read']>

/** A send may bind the socket, even if it fails. */
function sending(stage: Stage, name: string, send: () => number): Json {
  try {
    return { n: send() }
  } finally {
    stage.notePort(name)
  }
}

function controlOf(stage: Stage, items: ControlArgs): Cmsg[] {
  return items.map(({ level, type, data, cmsg_len }) => ({
    level,
    type,
    data: stage.symbols.bytes(data),
    ...(cmsg_len === undefined ? {} : { cmsg_len }),
  }))
}

const sendmsg = call(
  {
    sock,
    iov: list(hex),
    flags: msgFlags,
    addr: optional(address),
    addrlen: optional(int),
    control: optional(control),
  },
  (stage, args) => {
    const [name, namelen] = sockaddr(stage, args.addr, args.addrlen)
    const message: Msghdr = {
      iov: args.iov.map((part) => stage.symbols.bytes(part)),
      ...(name === null ? {} : { name }),
      ...(name === null || namelen === undefined ? {} : { namelen }),
      ...(args.control === undefined ? {} : { control: controlOf(stage, args.control) }),
    }
    return sending(stage, args.sock, () => stage.socket(args.sock).sendmsg(message, args.flags))
  },
)

/** n and data of a receive: what was written into the buffers, which may be less than n. */
function received(n: number, buffers: readonly Uint8Array[]): { n: number; data: string } {
  const written = new Uint8Array(buffers.reduce((sum, buffer) => sum + buffer.length, 0))
  let at = 0
  for (const buffer of buffers) {
    written.set(buffer, at)
    at += buffer.length
  }
  return { n, data: toHex(written.subarray(0, n)) }
}

function shownControl({ level, type, data }: Cmsg): Json {
  const levelName = nameOf(level, LEVELS)
  return { level: levelName, type: nameOf(type, CMSG_TYPES[levelName]), data: plainHex(data) }
}

/** The lengths of the buffers: `iov`, or the one that `len` tells. */
const lengths: Field<number[]> = {
  read(value, at, siblings) {
    return value === undefined ? [size.read(siblings.len, at, siblings)] : list(size).read(value, at, siblings)
  },
}

const recvmsg = call(
  {
    sock,
    iov: lengths,
    flags: msgFlags,
    controllen: withDefault(size, CONTROL_ROOM),
    addrlen: optional(int),
  },
  (stage, args) => {
    const buffers = args.iov.map((length) => new Uint8Array(length))
    const namelen = args.addrlen === undefined ? {} : { namelen: args.addrlen }
    const message = { iov: buffers, controllen: args.controllen, ...namelen }
    const got = stage.socket(args.sock).recvmsg(message, args.flags)
    return {
      ...received(got.n, buffers),
      ...receivedAddress(got.name, got.namelen, args.addrlen),
      flags: flagNames(got.flags, MSG_FLAGS),
      control: got.control.map(shownControl),
    }
  },
)

export const MESSAGE_CALLS: CallTable = {
  send: call({ sock, data: hex, flags: msgFlags }, (stage, args) => {
    const data = stage.symbols.bytes(args.data)
    return sending(stage, args.sock, () => stage.socket(args.sock).send(data, args.flags))
  }),
  write: call({ sock, data: hex }, (stage, args) => {
    const data = stage.symbols.bytes(args.data)
    return sending(stage, args.sock, () => stage.socket(args.sock).write(data))
  }),
  sendto: call({ sock, data: hex, flags: msgFlags, addr: optional(address), addrlen: optional(int) }, (stage, args) => {
    const [addr, addrlen] = sockaddr(stage, args.addr, args.addrlen)
    const data = stage.symbols.bytes(args.data)
    return sending(stage, args.sock, () => stage.socket(args.sock).sendto(data, args.flags, addr, addrlen))
  }),
  sendmsg,
  recv: call({ sock, len: size, flags: msgFlags }, (stage, args) => {
    const buffer = new Uint8Array(args.len)
    return received(stage.socket(args.sock).recv(buffer, args.flags), [buffer])
  }),
  read: call({ sock, len: size }, (stage, args) => {
    const buffer = new Uint8Array(args.len)
    return received(stage.socket(args.sock).read(buffer), [buffer])
  }),
  recvfrom: call({ sock, len: size, flags: msgFlags, addrlen: optional(int) }, (stage, args) => {
    const buffer = new Uint8Array(args.len)
    const got = stage.socket(args.sock).recvfrom(buffer, args.flags, args.addrlen)
    return { ...received(got.n, [buffer]), ...receivedAddress(got.addr, got.addrlen, args.addrlen) }
  }),
  recvmsg,
}
