// Addresses as raw bytes and as objects, with lengths that lie, into and out of every call that has one.
import type { Address, SockaddrNlInit, Socket } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, Failure, same } from '../failure.js'
import { mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'

const FILL = 0x5c
const SOCKETS = 4
const GROUPS = [0, 0, 0, 1, 2, 3, 0x80000000, 0xffffffff]
const ERRNOS = new Set([
  uapi.EINVAL,
  uapi.EFAULT,
  uapi.EPERM,
  uapi.EADDRINUSE,
  uapi.ECONNREFUSED,
  uapi.EAGAIN,
  uapi.ENOBUFS,
  uapi.ENOENT,
  uapi.EMSGSIZE,
])

function fieldsOf(random: Random): SockaddrNlInit {
  const nl_pid = random.oneIn(3) ? random.edge() : random.between(1, 10)
  return { nl_pid, nl_groups: random.pick(GROUPS), ...(random.oneIn(6) && { nl_family: random.edge() & 0xffff }) }
}

function addressOf(random: Random): { addr: Address | null; addrlen: number | undefined } {
  const addrlen = random.oneIn(3) ? undefined : random.oneIn(3) ? random.edge() : random.below(20)
  if (random.oneIn(12)) return { addr: null, addrlen }
  const fields = fieldsOf(random)
  if (random.oneIn(3)) return { addr: fields, addrlen }
  return { addr: mutate(uapi.encodeSockaddrNl({ nl_pid: 0, nl_groups: 0, ...fields }), random, 200), addrlen }
}

function checked(result: number, what: string): number {
  if (result < 0 && !ERRNOS.has(-result)) throw new Failure(`${what} says ${result}`)
  return result
}

/** The name that a call writes, into a room of any size with any length: nothing beside it changes. */
function readName(round: Round, socket: Socket, peer: boolean): void {
  const { random } = round
  const size = random.below(40)
  const around = new Uint8Array(size + 32).fill(FILL)
  const room = around.subarray(16, 16 + size)
  const addrlen = random.oneIn(3) ? undefined : random.oneIn(3) ? random.edge() : random.below(20)
  const told = errnoOf(() => (peer ? socket.getpeername(room, addrlen) : socket.getsockname(room, addrlen)))
  const fits = told < 0 ? 0 : Math.min(size, 12, addrlen ?? size)
  around.fill(FILL, 16, 16 + fits)
  if (around.some((byte) => byte !== FILL)) throw new Failure('a name was written beside its room')
  same(told, addrlen !== undefined && (addrlen | 0) < 0 ? -uapi.EINVAL : 12, 'the length that is told of a name')
}

function call(round: Round, socket: Socket): number {
  const { random } = round
  const { addr, addrlen } = addressOf(random)
  const what = random.below(4)
  if (what === 0)
    return checked(
      errnoOf(() => socket.bind(addr, addrlen)),
      'bind()',
    )
  if (what === 1)
    return checked(
      errnoOf(() => socket.connect(addr, addrlen)),
      'connect()',
    )
  const data = random.bytes(random.between(1, 60))
  if (what === 2)
    return checked(
      errnoOf(() => socket.sendto(data, 0, addr, addrlen)),
      'sendto()',
    )
  const name = { name: addr, ...(addrlen !== undefined && { namelen: addrlen }) }
  return checked(
    errnoOf(() => socket.sendmsg({ iov: [data], ...name })),
    'sendmsg()',
  )
}

export const address: Parser = {
  name: 'address',
  about: 'addresses as raw bytes with lying lengths, into and out of calls',
  begin(round) {
    const { random, root, user } = round
    const open = () =>
      round.socket(random.pick([uapi.NETLINK_USERSOCK, uapi.NETLINK_CONNECTOR]), random.pick([root, root, user]))
    const sockets = Array.from({ length: SOCKETS }, open)
    const buffer = new Uint8Array(100)
    return () => {
      const at = random.below(SOCKETS)
      const socket = sockets[at] as Socket
      round.note(call(round, socket))
      readName(round, socket, random.oneIn(2))
      const namelen = random.oneIn(3) ? random.edge() : 12
      for (const one of sockets) round.note(errnoOf(() => one.recvfrom(buffer, 0, namelen).n))
      round.observe(buffer, 'a message')
      if (!random.oneIn(10)) return
      socket.close()
      sockets[at] = open()
    }
  },
}
