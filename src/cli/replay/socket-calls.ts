// Calls on sockets that move no messages: names, options, poll, ioctl and the end.

import { IOCTL_REQUESTS, POLL_EVENTS } from '../../uapi/index.js'
import { shownAddress, sockaddr } from './addresses.js'
import { type CallTable, call, OK } from './call.js'
import { address, type Field, flags, int, named, optional, text, withDefault } from './fields.js'
import { toHex } from './hex.js'
import type { Json } from './json.js'
import { flagNames, LEVELS, OPTIONS, SHUTDOWN_HOW } from './names.js'
import { optionValue } from './option-value.js'
import type { Stage } from './stage.js'

const sock = text
const level = named(LEVELS, 'level')

/** The name of an option: which names there are depends on the level beside it. */
const option: Field<number> = {
  read: (value, at, siblings) => named(OPTIONS[String(siblings.level)] ?? {}, 'option').read(value, at, siblings),
}

/** Room for a name, as the recorder had it. */
const NAME_ROOM = 128

/** What a buffer holds before the kernel writes into it. */
const UNTOUCHED = 0xaa

/** The address of a socket: as an object, or with `addrlen` as the bytes written and the length told. */
function nameCall(name: 'getsockname' | 'getpeername') {
  return call({ sock, addrlen: optional(int) }, (stage, args) => {
    const socket = stage.socket(args.sock)
    if (args.addrlen === undefined) return shownAddress(socket[name]())
    const room = new Uint8Array(Math.max(NAME_ROOM, args.addrlen)).fill(UNTOUCHED)
    const told = socket[name](room, args.addrlen)
    return { raw: toHex(room.subarray(0, Math.max(0, Math.min(told, args.addrlen)))), addrlen: told }
  })
}

/** bind and connect may give a socket a random port, even if they fail. */
function addressCall(name: 'bind' | 'connect') {
  return call({ sock, addr: optional(address), addrlen: optional(int) }, (stage, args) => {
    const [addr, addrlen] = sockaddr(stage, args.addr, args.addrlen)
    const socket = stage.socket(args.sock)
    if (name === 'bind' && args.addr) stage.notePortAskedFor(args.sock, stage.symbols.number(args.addr.pid))
    try {
      socket[name](addr, addrlen)
    } finally {
      stage.notePort(args.sock)
    }
    return OK
  })
}

function getsockopt(stage: Stage, args: { sock: string; level: number; name: number; len: number }): Json {
  const room = new Uint8Array(Math.max(1, args.len)).fill(UNTOUCHED)
  const told = stage.socket(args.sock).getsockopt(args.level, args.name, room, args.len)
  const written = room.subarray(0, Math.max(0, Math.min(args.len, told)))
  const isInt = args.len === 4 && written.length === 4
  const value = isInt ? new DataView(written.buffer).getInt32(0, true) : toHex(written)
  return { value, len: told }
}

export const SOCKET_CALLS: CallTable = {
  socket: call({ task: text, as: text, family: int, type: int, protocol: int }, (stage, args) => {
    stage.addSocket(args.as, args.task, stage.task(args.task).socket(args.family, args.type, args.protocol))
    return OK
  }),
  bind: addressCall('bind'),
  connect: addressCall('connect'),
  getsockname: nameCall('getsockname'),
  getpeername: nameCall('getpeername'),
  setsockopt: call({ sock, level, name: option, value: optionValue, len: optional(int) }, (stage, args) => {
    const value = args.value(stage.symbols)
    // A null pointer has no length of its own; the recorder gave it that of an int.
    const len = args.len ?? (value === null ? 4 : undefined)
    stage.socket(args.sock).setsockopt(args.level, args.name, value, len)
    return OK
  }),
  getsockopt: call({ sock, level, name: option, len: int }, getsockopt),
  poll: call({ sock, events: flags(POLL_EVENTS, 'poll event') }, (stage, args) => {
    return { revents: flagNames(stage.socket(args.sock).poll(args.events), POLL_EVENTS) }
  }),
  ioctl: call({ sock, request: named(IOCTL_REQUESTS, 'ioctl request'), value: withDefault(int, 0) }, (stage, args) => {
    return { value: stage.socket(args.sock).ioctl(args.request, args.value) }
  }),
  shutdown: call({ sock, how: named(SHUTDOWN_HOW, 'way to shut down') }, (stage, args) => {
    stage.socket(args.sock).shutdown(args.how)
    return OK
  }),
  listen: call({ sock, backlog: withDefault(int, 5) }, (stage, args) => {
    stage.socket(args.sock).listen(args.backlog)
    return OK
  }),
  accept: call({ sock }, (stage, args) => {
    stage.socket(args.sock).accept()
    return OK
  }),
  close: call({ sock }, (stage, args) => {
    stage.socket(args.sock).close()
    return OK
  }),
}
