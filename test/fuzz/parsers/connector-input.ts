// nlmsghdr and cn_msg of a task's datagram to the connector: a callback runs exactly for what is well-formed, and reads exactly it.
import type { CbId } from '../../../src/uapi/index.js'
import * as uapi from '../../../src/uapi/index.js'
import { Failure, same, sameBytes } from '../failure.js'
import { mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'
import { withoutSecrets } from '../secret.js'

const IDS: readonly CbId[] = [
  { idx: 1, val: 2 },
  { idx: 5, val: 0x12345678 },
  { idx: 0xfffffffe, val: 0 },
]
const HEADERS = 36
const MOST = 16 + 16384

/** What the connector takes out of a datagram: the rule, read by a cursor that throws outside of it. */
function dataOf(datagram: Uint8Array): { id: CbId; data: Uint8Array } | undefined {
  if (datagram.length < HEADERS) return undefined
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  const length = view.getUint32(0, true)
  const size = view.getUint16(32, true)
  if (length < HEADERS + size || length > datagram.length || length > MOST) return undefined
  const id = { idx: view.getUint32(16, true), val: view.getUint32(20, true) }
  return { id, data: datagram.subarray(HEADERS, HEADERS + size) }
}

function good({ random, corpus }: Round): Uint8Array {
  if (random.oneIn(3)) return random.pick(corpus.recorded)
  const data = random.bytes(random.length(17000))
  return uapi.encodeConnectorMessage({ id: random.pick(IDS), seq: random.u32(), data, len: data.length & 0xffff })
}

/** The same bytes by one of the calls that send. */
function send(socket: ReturnType<Round['socket']>, datagram: Uint8Array, random: Random): number {
  const how = random.below(4)
  if (how === 0) return socket.send(datagram)
  if (how === 1) return socket.write(datagram)
  if (how === 2) return socket.sendto(datagram, 0, {})
  const cut = random.below(datagram.length + 1)
  return socket.sendmsg({ iov: [datagram.subarray(0, cut), datagram.subarray(cut)] })
}

export const connectorInput: Parser = {
  name: 'connector-input',
  about: 'datagrams of tasks to the connector: nlmsghdr, cn_msg',
  begin(round) {
    const { kernel, random } = round
    const heard: { id: CbId; data: Uint8Array; seq: number }[] = []
    for (const id of IDS) {
      same(
        kernel.cn_add_callback(id, `fuzz ${id.idx}`, (msg) => {
          heard.push({ id: { ...msg.id }, data: msg.data.slice(), seq: msg.seq })
        }),
        0,
        'cn_add_callback',
      )
    }
    const sockets = [round.socket(uapi.NETLINK_CONNECTOR), round.socket(uapi.NETLINK_CONNECTOR, round.user)]
    return () => {
      const datagram = withoutSecrets(mutate(good(round), random, 18000))
      if (datagram.length === 0) return
      same(send(random.pick(sockets), datagram, random), datagram.length, 'what send() says')
      kernel.clock.runUntilIdle()
      const wanted = dataOf(datagram)
      const known = wanted !== undefined && IDS.some(({ idx, val }) => wanted.id.idx === idx && wanted.id.val === val)
      same(heard.length, known ? 1 : 0, 'how often a callback ran')
      const got = heard.pop()
      if (got === undefined || wanted === undefined) return
      if (got.id.idx !== wanted.id.idx || got.id.val !== wanted.id.val) throw new Failure('another callback ran')
      sameBytes(got.data, wanted.data, "a callback's data")
      round.observe(got.data, "a callback's data")
      round.note(got.seq)
    }
  },
}
