// The comfortable layer: a service that answers requests and speaks to its group, and a client that never loses a message unawares.
//   node examples/request-reply.mjs

import { boot } from 'kernel-connector'
import { connect, serve, TimeoutError } from 'kernel-connector/connector'
import { CN_NETLINK_USERS } from 'kernel-connector/uapi'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const SHOUT = { idx: CN_NETLINK_USERS + 4, val: 1 }
const NOBODY = { ...SHOUT, val: 2 }

const kernel = boot()

const service = serve(kernel, SHOUT, ({ data }) => encoder.encode(decoder.decode(data).toUpperCase()), {
  name: 'shout',
})
const client = connect(kernel, kernel.spawn({ comm: 'client' }), {
  groups: [SHOUT.idx],
  sequence: 'per-id',
  losses: 'values',
})

// A reply has the sequence number of its request, and the acknowledge number plus 1.
const { data, seq, ack } = await client.request(SHOUT, encoder.encode('hello'))
console.log(`reply: ${decoder.decode(data)} (seq ${seq}, ack ${ack})`)

// The protocol has no word for "nobody is there". Time passes only when the clock is told.
const late = client.request(NOBODY, encoder.encode('hello'), { timeout: 100 })
kernel.clock.advance(100)
await late.catch((error) => {
  if (!(error instanceof TimeoutError)) throw error
  console.log(`no reply: ${error.message}`)
})

// A socket holds 256 messages of this size. What comes then is lost, until the reader has emptied its queue.
for (let n = 1; n <= 300; n++) service.broadcast(encoder.encode(`news ${n}`))
let received = 0
for await (const item of client) {
  if (item.type === 'loss') console.log(`loss: ${item.reason}`)
  if (item.type === 'gap') console.log(`gap: ${item.missing} messages are missing before seq ${item.received}`)
  if (item.type !== 'message') continue
  received++
  const text = decoder.decode(item.data)
  if (text === 'news 256') service.broadcast(encoder.encode('the last news'))
  if (text === 'the last news') break
}
console.log(`${received} of ${300 + 1} messages received`)

client.close()
service.close()
