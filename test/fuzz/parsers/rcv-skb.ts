// netlink_rcv_skb(): datagrams of several requests, handlers with any answer, acknowledgements with and without attributes, dumps.
// Every answer is foretold byte by byte.
import type { KernelSocket, NetlinkExtAck, NlmsgView, SkBuff, Socket } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, same, sameBytes } from '../failure.js'
import { join, mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'
import { withoutSecrets } from '../secret.js'

const PROTOCOL = 20
const HEADER = 16
const ERROR = 2
/** Parts of dumps can be long. */
const ROOM = new Uint8Array(70_000)

interface Client {
  readonly socket: Socket
  readonly portid: number
  readonly capped: boolean
  readonly extended: boolean
}

function clientsOf(round: Round): Client[] {
  return [0, 1, 2, 3].map((bits) => {
    const portid = 500 + bits
    const socket = round.socket(PROTOCOL)
    socket.bind({ nl_pid: portid })
    socket.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUFFORCE, 4_000_000)
    const capped = (bits & 1) !== 0
    const extended = (bits & 2) !== 0
    socket.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_CAP_ACK, capped ? 1 : 0)
    socket.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_EXT_ACK, extended ? 1 : 0)
    return { socket, portid, capped, extended }
  })
}

function good({ random, corpus }: Round): Uint8Array {
  if (random.oneIn(5)) return random.pick(corpus.recorded)
  const messages = Array.from({ length: random.between(1, 5) }, () => {
    const nlmsg_flags = random.oneIn(8)
      ? random.edge() & 0xffff
      : random.pick([uapi.NLM_F_REQUEST, uapi.NLM_F_REQUEST | uapi.NLM_F_ACK])
    const header = {
      nlmsg_type: random.oneIn(8) ? random.below(20) : 20,
      nlmsg_flags,
      nlmsg_seq: random.u32(),
      nlmsg_pid: random.u32(),
    }
    return uapi.encodeNlmsg(header, random.bytes(random.oneIn(30) ? random.below(3000) : random.below(70)))
  })
  return uapi.joinNlmsgs(messages)
}

function extackOf(random: Random): NetlinkExtAck {
  const extack: NetlinkExtAck = {}
  if (random.oneIn(2))
    extack._msg = random.oneIn(10) ? '\ud800\u0000'.repeat(random.below(900)) : 'no such thing'.slice(random.below(13))
  if (random.oneIn(2)) extack.cookie = random.bytes(random.below(21))
  if (random.oneIn(2)) extack.bad_attr = random.edge()
  return extack
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((4 + value.length + 3) & ~3)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 4 + value.length, true)
  view.setUint16(2, type, true)
  bytes.set(value, 4)
  return bytes
}

const u32Bytes = (value: number) => new Uint8Array(new Uint32Array([value]).buffer)

/** The acknowledgement that a client has to get. */
function ackOf(
  request: Uint8Array,
  error: number,
  extack: NetlinkExtAck,
  { capped, extended, portid }: Client,
): Uint8Array {
  const whole = error !== 0 && !capped
  const attributes: Uint8Array[] = []
  if (extended && extack._msg !== undefined) {
    const text = new TextEncoder().encode(extack._msg).subarray(0, 1024)
    attributes.push(attribute(1, join(text, new Uint8Array(1))))
  }
  if (extended && extack.cookie !== undefined && extack.cookie.length > 0) attributes.push(attribute(3, extack.cookie))
  const bad = extack.bad_attr
  if (extended && error !== 0 && bad !== undefined && bad !== 0xffffffff) attributes.push(attribute(2, u32Bytes(bad)))
  const body = new Uint8Array((4 + (whole ? request.length : HEADER) + 3) & ~3)
  body.set(u32Bytes(error))
  body.set(whole ? request : request.subarray(0, HEADER), 4)
  const rest = join(body, ...attributes)
  const nlmsg_flags = (whole ? 0 : uapi.NLM_F_CAPPED) | (attributes.length > 0 ? uapi.NLM_F_ACK_TLVS : 0)
  const { nlmsg_seq } = uapi.decodeNlmsghdr(request)
  return uapi.encodeNlmsg({ nlmsg_type: ERROR, nlmsg_flags, nlmsg_seq, nlmsg_pid: portid }, rest)
}

class Service {
  readonly wanted: Uint8Array[] = []
  readonly #round: Round
  readonly #ksock: KernelSocket
  client: Client | undefined
  /** Whether a handler has written into its request, so that nothing can be foretold. */
  spoilt = false

  constructor(round: Round) {
    this.#round = round
    const input = (skb: SkBuff) => void round.kernel.netlink_rcv_skb(skb, (...args) => this.#handle(...args))
    this.#ksock = round.kernel.netlink_kernel_create(PROTOCOL, { input }) as KernelSocket
  }

  start(client: Client): void {
    this.client = client
    this.wanted.length = 0
    this.spoilt = false
    this.#answers.length = 0
  }

  /** What the walk itself answers without asking a handler, or after it. */
  foretell(datagram: Uint8Array): void {
    for (const { header, payload, offset } of uapi.nlmsgs(datagram)) {
      const asked = (header.nlmsg_flags & uapi.NLM_F_REQUEST) !== 0 && header.nlmsg_type >= uapi.NLMSG_MIN_TYPE
      const answer = asked ? this.#answers.shift() : { error: 0, extack: {} }
      if (answer === undefined) return
      const { error, extack } = answer
      if (error === -uapi.EINTR || (error === 0 && (header.nlmsg_flags & uapi.NLM_F_ACK) === 0)) continue
      this.wanted.push(
        ackOf(datagram.subarray(offset, offset + HEADER + payload.length), error, extack, this.client as Client),
      )
    }
  }

  readonly #answers: { error: number; extack: NetlinkExtAck }[] = []

  #handle(skb: SkBuff, nlh: NlmsgView, extack: NetlinkExtAck): number {
    const { random, kernel } = this.#round
    this.#round.observe(nlh.payload, 'a payload')
    if (random.oneIn(60)) {
      // What a handler may do in C too: it writes over the header that it is reading.
      skb.data.set(random.bytes(4), nlh.offset)
      this.spoilt = true
    }
    Object.assign(extack, extackOf(random))
    if (random.oneIn(100)) {
      kernel.netlink_ack(skb, nlh, -uapi.EPERM, extack)
      this.spoilt = true
    }
    if (random.oneIn(12)) return this.#dump(skb, nlh)
    const error = random.oneIn(3)
      ? 0
      : random.oneIn(8)
        ? -uapi.EINTR
        : random.oneIn(8)
          ? random.u32() | 0
          : -random.between(1, 133)
    this.#answers.push({ error, extack: { ...extack } })
    return error
  }

  #dump(skb: SkBuff, nlh: NlmsgView): number {
    const { random, kernel } = this.#round
    this.spoilt = true
    let left = random.below(60)
    const ends = random.oneIn(3) ? -random.between(1, 133) : 0
    const least = random.oneIn(4) ? random.edge() : 0
    return kernel.netlink_dump_start(this.#ksock, skb, nlh, {
      min_dump_alloc: least,
      dump: (part) => {
        while (left > 0 && part.nlmsg_put(random.u32(), nlh.nlmsg_seq, 20, random.bytes(random.below(600)), 0)) left--
        return left > 0 ? part.len : ends
      },
    })
  }
}

function readAll(round: Round, service: Service, { socket }: Client): void {
  const buffer = ROOM
  const got: Uint8Array[] = []
  for (let n = errnoOf(() => socket.recv(buffer)); n !== -uapi.EAGAIN; n = errnoOf(() => socket.recv(buffer))) {
    round.note(n)
    if (n < 0) continue
    got.push(buffer.slice(0, n))
    round.observe(buffer.subarray(0, n), 'an answer')
    for (const { payload } of uapi.nlmsgs(buffer.subarray(0, n))) round.note(payload.length)
  }
  if (service.spoilt) return
  same(got.length, service.wanted.length, 'how many answers came')
  for (const [index, answer] of got.entries()) sameBytes(answer, service.wanted[index] as Uint8Array, `answer ${index}`)
}

export const rcvSkb: Parser = {
  name: 'rcv-skb',
  about: 'netlink_rcv_skb() with handlers, acknowledgements, extended acknowledgements and dumps',
  begin(round) {
    const { random } = round
    const service = new Service(round)
    const clients = clientsOf(round)
    return () => {
      const datagram = withoutSecrets(mutate(good(round), random, 4000))
      if (datagram.length === 0) return
      const client = random.pick(clients)
      service.start(client)
      same(client.socket.send(datagram), datagram.length, 'what send() says')
      service.foretell(datagram)
      readAll(round, service, client)
    }
  },
}
