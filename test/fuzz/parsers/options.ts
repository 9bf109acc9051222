// setsockopt() and getsockopt() with any level, name, value, length and room.
import type { Socket } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, Failure } from '../failure.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'
import { SECRET, withoutSecrets } from '../secret.js'

const LEVELS = [uapi.SOL_SOCKET, uapi.SOL_SOCKET, uapi.SOL_NETLINK, uapi.SOL_NETLINK, 0, 6, 41]
const FILL = 0x5c
/** So small a buffer, or so many groups, and an ordinary message would not come through: these sockets are not the round's own. */
const SOCKETS = 4

const negative = (value: number) => (value | 0) < 0

function optionOf(random: Random): number | Uint8Array | null {
  if (random.oneIn(2)) return random.edge()
  if (random.oneIn(20)) return null
  const bytes = withoutSecrets(random.bytes(random.length(100)))
  if (bytes.length >= 4 && random.oneIn(2)) new DataView(bytes.buffer).setUint32(0, random.edge(), true)
  return bytes
}

/** A level, and nearly always a name that it has. */
function which(random: Random): [level: number, name: number] {
  const level = random.oneIn(12) ? random.edge() : random.pick(LEVELS)
  return [level, random.oneIn(10) ? random.edge() : random.below(level === uapi.SOL_NETLINK ? 13 : 80)]
}

function set({ random }: Round, socket: Socket): number {
  const len = random.oneIn(2) ? undefined : random.oneIn(4) ? random.edge() : random.below(40)
  return errnoOf(() => socket.setsockopt(...which(random), optionOf(random), len))
}

/** A read into a part of a larger array: nothing beside it changes, and nothing comes that is not the option's. */
function get(round: Round, socket: Socket): number {
  const { random } = round
  const size = random.oneIn(20) ? random.below(200_000) : random.below(80)
  const around = new Uint8Array(size + 32).fill(FILL)
  const buffer = around.subarray(16, 16 + size)
  const len = random.oneIn(2) ? undefined : random.oneIn(3) ? random.edge() : random.below(90)
  const told = errnoOf(() => socket.getsockopt(...which(random), buffer, len))
  if (len !== undefined && negative(len) && told >= 0)
    throw new Failure(`getsockopt() with room ${len | 0} says ${told}`)
  if (
    around.subarray(0, 16).some((byte) => byte !== FILL) ||
    around.subarray(16 + size).some((byte) => byte !== FILL)
  ) {
    throw new Failure('getsockopt() wrote beside its buffer')
  }
  if (told < 0 && buffer.some((byte) => byte !== FILL)) throw new Failure(`getsockopt() said ${told} and wrote`)
  // Nothing that was set can be the secret: not one byte of it may show in a short value.
  if (buffer.subarray(0, 128).filter((byte) => byte === SECRET).length >= 4)
    throw new Failure('getsockopt() gave bytes from elsewhere')
  round.observe(buffer, "an option's value")
  return told
}

function read(round: Round, socket: Socket): number {
  const { random } = round
  let told = 0
  const result = errnoOf(() => {
    const value = socket.getsockopt(
      ...which(random),
      random.oneIn(2) ? undefined : random.oneIn(3) ? random.edge() : random.below(90),
    )
    if (typeof value === 'number') return value
    round.observe(value, "an option's value")
    told = value.length
    return told
  })
  return result
}

export const options: Parser = {
  name: 'options',
  about: 'setsockopt() and getsockopt() with any level, name, value, length',
  begin(round) {
    const { random, root, user } = round
    round.kernel.netlink_kernel_create(21, { groups: 0xffffffff })
    const open = () =>
      round.socket(random.pick([uapi.NETLINK_USERSOCK, uapi.NETLINK_CONNECTOR, 21]), random.pick([root, root, user]))
    const sockets = Array.from({ length: SOCKETS }, open)
    return () => {
      const at = random.below(SOCKETS)
      const socket = sockets[at] as Socket
      round.note(random.oneIn(2) ? set(round, socket) : random.oneIn(2) ? get(round, socket) : read(round, socket))
      round.note(errnoOf(() => socket.poll(0xffff)))
      if (!random.oneIn(40)) return
      socket.close()
      sockets[at] = open()
    }
  },
}
