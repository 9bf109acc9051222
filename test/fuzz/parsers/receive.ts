// Every receiving call with any room and any flags, against a queue that is known: exactly the datagram's bytes come, as many as
// there is room for, and nothing is written beside them.
import type { Socket } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, Failure, same, sameBytes } from '../failure.js'
import { join, mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'
import { withoutSecrets } from '../secret.js'

const PORT = 600
const FILL = 0x5c
const FLAGS = [uapi.MSG_PEEK, uapi.MSG_TRUNC, uapi.MSG_DONTWAIT, uapi.MSG_OOB, uapi.MSG_WAITALL, uapi.MSG_CTRUNC]
const ONE_IN = [3, 3, 3, 20, 4, 4]

function flagsOf(random: Random): number {
  if (random.oneIn(12)) return random.u32()
  return FLAGS.reduce((bits, flag, index) => (random.oneIn(ONE_IN[index] as number) ? bits | flag : bits), 0) >>> 0
}

const roomOf = (random: Random) => (random.oneIn(20) ? random.below(40_000) : random.oneIn(8) ? 0 : random.below(200))

/** Buffers in one array, with space between them. */
function buffersOf(random: Random, count: number): { all: Uint8Array; parts: Uint8Array[] } {
  const sizes = Array.from({ length: count }, () => roomOf(random))
  const all = new Uint8Array(sizes.reduce((sum, size) => sum + size + 8, 8)).fill(FILL)
  let at = 8
  const parts = sizes.map((size) => {
    const part = all.subarray(at, at + size)
    at += size + 8
    return part
  })
  return { all, parts }
}

interface Got {
  readonly n: number
  readonly truncated: boolean | undefined
}

function receive(socket: Socket, parts: readonly Uint8Array[], flags: number, random: Random): Got {
  const [first] = parts as readonly [Uint8Array]
  let truncated: boolean | undefined
  if (parts.length > 1 || random.oneIn(2)) {
    const controllen = random.oneIn(2) ? random.below(60) : random.edge()
    const n = errnoOf(() => {
      const got = socket.recvmsg({ iov: parts, controllen }, flags)
      truncated = (got.flags & uapi.MSG_TRUNC) !== 0
      for (const { data } of got.control) if (data.length > 12) throw new Failure('a control message is too long')
      return got.n
    })
    return { n, truncated }
  }
  const n = errnoOf(() => (random.oneIn(2) ? socket.recv(first, flags) : socket.recvfrom(first, flags).n))
  return { n, truncated }
}

export const receiving: Parser = {
  name: 'receive',
  about: 'recv(), recvfrom(), recvmsg() with any room and flags',
  begin(round: Round) {
    const { random, corpus } = round
    const socket = round.socket(uapi.NETLINK_USERSOCK)
    const sender = round.socket(uapi.NETLINK_USERSOCK, round.user)
    socket.bind({ nl_pid: PORT })
    socket.setsockopt(uapi.SOL_SOCKET, uapi.SO_PASSCRED, 1)
    socket.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_PKTINFO, 1)
    const queue: Uint8Array[] = []
    return () => {
      if (random.oneIn(2) && queue.length < 20) {
        const good = random.pick(random.oneIn(2) ? corpus.recorded : corpus.events)
        const datagram = withoutSecrets(
          random.oneIn(20) ? random.bytes(random.between(1, 40_000)) : mutate(good, random),
        )
        if (datagram.length === 0) return
        const sent = errnoOf(() => sender.sendto(datagram, 0, { nl_pid: PORT }))
        same(sent, datagram.length, 'what sendto() says')
        queue.push(datagram)
      }
      const flags = flagsOf(random)
      const { all, parts } = buffersOf(random, random.oneIn(2) ? 1 : random.between(1, 4))
      const room = parts.reduce((sum, part) => sum + part.length, 0)
      const { n, truncated } = receive(socket, parts, flags, random)
      const datagram = queue[0]
      const copied = (flags & uapi.MSG_OOB) !== 0 || datagram === undefined ? 0 : Math.min(room, datagram.length)
      const wanted =
        (flags & uapi.MSG_OOB) !== 0
          ? -uapi.EOPNOTSUPP
          : datagram === undefined
            ? -uapi.EAGAIN
            : (flags & uapi.MSG_TRUNC) !== 0
              ? datagram.length
              : copied
      same(n, wanted, 'what a receive says')
      const bytes = join(...parts)
      round.observe(bytes, 'a datagram')
      if (datagram !== undefined && n >= 0)
        sameBytes(bytes.subarray(0, copied), datagram.subarray(0, copied), 'a datagram')
      if (bytes.subarray(copied).some((byte) => byte !== FILL))
        throw new Failure('bytes were written behind a datagram')
      for (const part of parts) part.fill(FILL)
      if (all.some((byte) => byte !== FILL)) throw new Failure('bytes were written beside the buffers')
      if (truncated !== undefined && n >= 0) same(truncated, room < (datagram as Uint8Array).length, 'MSG_TRUNC')
      if (n >= 0 && (flags & uapi.MSG_PEEK) === 0) queue.shift()
    }
  },
}
