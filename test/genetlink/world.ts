// A kernel with generic netlink, and programs that talk to it.

import {
  AF_NETLINK,
  type BootOptions,
  boot,
  createGenetlink,
  decodeGenlmsg,
  decodeNlmsgerr,
  encodeGenlmsg,
  type GenlFamily,
  NETLINK_EXT_ACK,
  NETLINK_GENERIC,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  NlattrWriter,
  nlmsgs,
  SOCK_RAW,
  SOL_NETLINK,
  type Socket,
  type SpawnOptions,
  SystemError,
} from '../../src/index.js'
import { hex } from '../uapi/hex.js'

export function makeWorld(options?: BootOptions) {
  const kernel = boot(options)
  const genl = createGenetlink(kernel)
  return { kernel, genl, open: (spawn?: SpawnOptions) => openSocket(kernel.spawn(spawn)) }
}

function openSocket(task: { socket(family: number, type: number, protocol: number): Socket }): Socket {
  const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)
  socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
  socket.bind({})
  return socket
}

/** Every datagram that is there. */
export function drain(socket: Socket, room = 32768): Uint8Array[] {
  const datagrams: Uint8Array[] = []
  const buffer = new Uint8Array(room)
  while (true) {
    try {
      datagrams.push(buffer.slice(0, socket.recv(buffer)))
    } catch (error) {
      if (error instanceof SystemError && error.code === 'EAGAIN') return datagrams
      throw error
    }
  }
}

export interface Ask {
  readonly flags?: number
  readonly attrs?: (attrs: NlattrWriter) => void
  readonly userhdr?: Uint8Array
  readonly seq?: number
}

/** Sends a request to a family. */
export function send(socket: Socket, family: GenlFamily | number, cmd: number, ask: Ask = {}): void {
  const attrs = new NlattrWriter()
  if (ask.userhdr) attrs.reserve(ask.userhdr.length)?.set(ask.userhdr)
  ask.attrs?.(attrs)
  const nlmsg_type = typeof family === 'number' ? family : (family.id ?? 0)
  const header = { nlmsg_type, nlmsg_flags: NLM_F_REQUEST | (ask.flags ?? 0), nlmsg_seq: ask.seq ?? 1 }
  socket.send(encodeGenlmsg(header, { cmd, version: 1 }, attrs.toBytes()))
}

/** What came back: errors as numbers, messages as command and attributes in hex. */
export function answers(socket: Socket, room?: number): (number | { cmd: number; attrs: string })[] {
  return drain(socket, room).flatMap((datagram) =>
    [...nlmsgs(datagram)].map(({ header, payload }) => {
      if (header.nlmsg_type === NLMSG_ERROR) return decodeNlmsgerr(payload).error
      const { genlhdr, attrs } = decodeGenlmsg(payload)
      return { cmd: genlhdr.cmd, attrs: hex(attrs) }
    }),
  )
}

/** Asks and takes the answers. */
export function ask(socket: Socket, family: GenlFamily | number, cmd: number, options?: Ask) {
  send(socket, family, cmd, options)
  return answers(socket)
}
