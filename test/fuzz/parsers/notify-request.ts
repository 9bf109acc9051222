// Notification requests, by message from tasks and by the kernel's own call: who asked well is told, and nobody else.
import type { NotificationRequest, NotifyRange } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, same, sameBytes } from '../failure.js'
import { mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'

const CONNECTOR = { idx: 0xffffffff, val: 0xffffffff }
const HEADERS = 36
const CTL = 16
/** Not 1: that is cn_proc's. */
const FIRST_GROUP = 2
const LAST_GROUP = 5
const GROUPS = 0b11110
const NOTICE_BYTES = 36

interface Asked {
  readonly group: number
  readonly idx: readonly NotifyRange[]
  readonly val: readonly NotifyRange[]
  readonly heard: boolean
}

function rangeOf(random: Random): NotifyRange {
  return { first: random.edge(), range: random.oneIn(2) ? random.below(40) : random.edge() }
}

function requestOf(random: Random): NotificationRequest {
  const list = () =>
    Array.from({ length: random.oneIn(20) ? random.below(200) : random.below(4) }, () => rangeOf(random))
  return { idx: list(), val: list(), group: random.oneIn(3) ? 0 : random.between(FIRST_GROUP, LAST_GROUP) }
}

function bodyOf({ idx, val, group }: NotificationRequest): Uint8Array {
  return uapi.encodeCnCtlMsg({ idx, val, group })
}

/** What a task's message asks for, read by a cursor that throws outside of it; undefined if it is ignored. */
function parse(datagram: Uint8Array): NotificationRequest | undefined {
  const message = uapi.tryDecodeConnectorMessage(datagram)
  if (message === null || message.header.nlmsg_len > 16 + 16384) return undefined
  const { id, data } = message.msg
  if (id.idx !== CONNECTOR.idx || id.val !== CONNECTOR.val || data.length < CTL) return undefined
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const [idxCount, valCount, group, bytes] = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
  ]
  if ((idxCount + valCount) * 8 !== bytes || data.length !== CTL + bytes) return undefined
  const ranges = Array.from({ length: idxCount + valCount }, (_, at) => ({
    first: view.getUint32(CTL + at * 8, true),
    range: view.getUint32(CTL + at * 8 + 4, true),
  }))
  return { idx: ranges.slice(0, idxCount), val: ranges.slice(idxCount), group }
}

const key = ({ idx, val }: { idx: readonly NotifyRange[]; val: readonly NotifyRange[] }) => JSON.stringify([idx, val])
const inside = (ranges: readonly NotifyRange[], x: number) =>
  ranges.some(({ first, range }) => x >= first && x - first < range)

class Book {
  list: Asked[] = []

  take(request: NotificationRequest, heard: boolean): void {
    if (request.group === 0) this.list = this.list.filter((one) => key(one) !== key(request))
    else this.list.push({ ...request, heard })
  }
}

function send(round: Round, book: Book): void {
  const { random, corpus } = round
  const good = random.oneIn(6)
    ? random.pick(corpus.recorded)
    : uapi.encodeConnectorMessage({ id: CONNECTOR, data: bodyOf(requestOf(random)) })
  // Nearly always the wrong bytes are in the body.
  const datagram = random.oneIn(3)
    ? mutate(good, random)
    : uapi.encodeConnectorMessage({ id: CONNECTOR, data: mutate(good.subarray(HEADERS), random) })
  if (datagram.length === 0) return
  const socket = round.socket(uapi.NETLINK_CONNECTOR, random.oneIn(2) ? round.user : round.root)
  same(socket.send(datagram), datagram.length, 'what send() says')
  socket.close()
  round.kernel.clock.runUntilIdle()
  const wanted = round.profile?.notifications === false ? undefined : parse(datagram)
  if (wanted !== undefined) book.take(wanted, false)
}

export const notifyRequest: Parser = {
  name: 'notify-request',
  about: 'struct cn_ctl_msg from tasks, and requestNotification()',
  begin(round) {
    const { kernel, random } = round
    const book = new Book()
    const listener = round.socket(uapi.NETLINK_CONNECTOR)
    listener.bind({ nl_groups: GROUPS })
    listener.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUFFORCE, 4_000_000)
    let calls = 0
    const heard = (msg: { data: Uint8Array }) => {
      same(msg.data.length, 0, 'the data of a notice')
      calls++
    }
    const ask = () => {
      const request = requestOf(random)
      const withCallback = random.oneIn(2)
      const result = errnoOf(() => kernel.requestNotification(request, withCallback ? heard : undefined))
      if (round.profile?.notifications === false) same(result, -uapi.ENODEV, 'requestNotification()')
      else if (result === 0) book.take(request, withCallback)
    }
    return () => {
      if (random.oneIn(3)) ask()
      else send(round, book)
      // Many requests make a round slow.
      if (book.list.length > 40) for (const one of book.list.slice()) kernel.requestNotification({ ...one, group: 0 })
      if (book.list.length > 40) book.list = []
      const one = random.oneIn(2) ? book.list[random.below(book.list.length)] : undefined
      const id = { idx: one?.idx[0]?.first ?? random.edge(), val: one?.val[0]?.first ?? random.edge() }
      if (kernel.cn_add_callback(id, 'watched', () => {}) !== 0) return
      const told = book.list.filter(({ idx, val }) => inside(idx, id.idx) && inside(val, id.val))
      kernel.cn_del_callback(id)
      same(calls, told.filter(({ heard: asked }) => asked).length * 2, 'how many notices callbacks heard')
      calls = 0
      const buffer = new Uint8Array(200)
      for (const ack of [0, 1]) {
        for (const { group } of told) {
          if (group < FIRST_GROUP || group > LAST_GROUP) continue
          const got = listener.recvmsg({ iov: [buffer] })
          same(got.n, NOTICE_BYTES, 'the length of a notice')
          const notice = buffer.subarray(0, got.n)
          round.observe(notice, 'a notice')
          sameBytes(notice, uapi.encodeConnectorMessage({ id, ack }), 'a notice')
          same(got.name.nl_groups, 1 << (group - 1), 'the group of a notice')
        }
      }
      same(
        errnoOf(() => listener.recv(buffer)),
        -uapi.EAGAIN,
        'after the last notice',
      )
    }
  },
}
