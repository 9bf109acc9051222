// Socket filters: programs good and bad, run on any datagram. The same program sees the same bytes whatever lies beside them.
import type { Socket, SockFprog } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, Failure, same, sameBytes } from '../failure.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'
import { withoutSecrets } from '../secret.js'

type Instruction = SockFprog['filter'][number]

const LOADS = [0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x00, 0x60, 0xb1, 0x81, 0x01, 0x61]
const OTHERS = [
  0x02, 0x03, 0x07, 0x87, 0x84, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c,
  0x74, 0x7c, 0x94, 0x9c, 0xa4, 0xac,
]
const JUMPS = [0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d]
const RETURNS = [0x06, 0x16]
/** SKF_AD_OFF + SKF_AD_RANDOM: what it gives depends on the calls before. */
const RANDOM_PLACE = 0xfffff038
const PORTS = [800, 801] as const

function placeOf(random: Random): number {
  if (random.oneIn(6)) return random.edge()
  if (random.oneIn(12)) return (0xfffff000 + random.below(17) * 4) >>> 0
  if (random.oneIn(12)) return (0xfff00000 + random.below(200)) >>> 0
  return random.below(80)
}

function instruction(random: Random, left: number): Instruction {
  const jump = () => Math.min(255, random.below(Math.min(left, 256) + (random.oneIn(30) ? 3 : 0)))
  const kind = random.below(12)
  if (kind === 0 && random.oneIn(6)) return [random.u32() & 0xffff, random.below(256), random.below(256), random.edge()]
  if (kind < 5) {
    const code = random.pick(LOADS)
    const k = code === 0x60 || code === 0x61 ? random.below(17) : placeOf(random)
    return [code, 0, 0, k === RANDOM_PLACE ? 0 : k]
  }
  if (kind < 8) {
    const code = random.pick(OTHERS)
    return [code, 0, 0, code < 4 ? random.below(17) : random.oneIn(2) ? random.below(40) : random.edge()]
  }
  if (kind < 11 && left > 1)
    return [random.pick(JUMPS), jump(), jump(), random.oneIn(2) ? random.below(left) : random.edge()]
  return [random.pick(RETURNS), 0, 0, random.oneIn(2) ? random.below(100) : random.edge()]
}

function programOf(random: Random): Instruction[] {
  const count = random.oneIn(60) ? random.between(2000, 4100) : random.between(1, random.oneIn(3) ? 40 : 10)
  const program = Array.from({ length: count }, (_, index) => instruction(random, count - 1 - index))
  // Nearly always the memory words are there before anybody reads them, and the end is a return.
  if (random.oneIn(2)) for (let word = 0; word < 16; word++) program.unshift([0x02, 0, 0, word])
  if (!random.oneIn(8)) program.push([random.pick(RETURNS), 0, 0, random.edge()])
  return program
}

function result(socket: Socket, buffer: Uint8Array): number {
  return errnoOf(() => socket.recv(buffer))
}

function readBack(socket: Socket, program: readonly Instruction[]): void {
  const bytes = new Uint8Array(program.length * 8)
  same(
    errnoOf(() => socket.getsockopt(uapi.SOL_SOCKET, uapi.SO_ATTACH_FILTER, bytes, program.length)),
    program.length,
    'the filter read back',
  )
  const view = new DataView(bytes.buffer)
  program.forEach(([code, jt, jf, k], index) => {
    const at = index * 8
    const equal =
      view.getUint16(at, true) === code &&
      bytes[at + 2] === jt &&
      bytes[at + 3] === jf &&
      view.getUint32(at + 4, true) === k
    if (!equal) throw new Failure(`instruction ${index} of the filter read back is another one`)
  })
}

function datagramOf({ random, corpus }: Round): Uint8Array {
  if (random.oneIn(3)) return random.pick(corpus.recorded)
  if (random.oneIn(3)) return random.pick(corpus.events)
  return withoutSecrets(random.bytes(random.between(1, random.oneIn(30) ? 20_000 : 100)))
}

export const filter: Parser = {
  name: 'filter',
  about: 'classic BPF programs: attached, read back, run on any datagram',
  begin(round) {
    const { random } = round
    const sender = round.socket(uapi.NETLINK_USERSOCK)
    const twins = PORTS.map((nl_pid) => {
      const socket = round.socket(uapi.NETLINK_USERSOCK)
      socket.bind({ nl_pid })
      return socket
    }) as [Socket, Socket]
    const buffers = [new Uint8Array(20_000), new Uint8Array(20_000)] as const
    return () => {
      const program = programOf(random)
      const attach = (socket: Socket) =>
        errnoOf(() => socket.setsockopt(uapi.SOL_SOCKET, uapi.SO_ATTACH_FILTER, { filter: program }))
      const attached = attach(twins[0])
      same(attach(twins[1]), attached, 'what the second SO_ATTACH_FILTER says')
      round.note(attached)
      if (attached !== 0 && attached !== -uapi.EINVAL && attached !== -uapi.ENOMEM)
        throw new Failure(`SO_ATTACH_FILTER says ${attached}`)
      if (attached === 0 && random.oneIn(4)) readBack(twins[0], program)
      for (let count = 0; count < 3; count++) {
        const datagram = datagramOf(round)
        errnoOf(() => sender.sendto(datagram, 0, { nl_pid: PORTS[0] }))
        const first = result(twins[0], buffers[0])
        // The second time other bytes lie around the message.
        round.plant()
        errnoOf(() => sender.sendto(datagram, 0, { nl_pid: PORTS[1] }))
        same(result(twins[1], buffers[1]), first, 'what the same filter makes of the same datagram')
        round.note(first)
        if (first > datagram.length) throw new Failure('a filter made a datagram longer')
        if (first >= 0)
          sameBytes(buffers[0].subarray(0, first), datagram.subarray(0, first), 'what a filter left of a datagram')
        if (first >= 0)
          sameBytes(buffers[1].subarray(0, first), datagram.subarray(0, first), 'what a filter left of a datagram')
      }
    }
  },
}
