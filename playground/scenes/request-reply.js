// Request and reply
// The comfortable layer: serve() answers what connect() asks, a timeout when nobody is there, and losses that are told.

import { connect, serve } from 'kernel-connector/connector'
import { CN_NETLINK_USERS } from 'kernel-connector/uapi'

const SHOUT = { idx: CN_NETLINK_USERS + 4, val: 1 }
const NOBODY = { ...SHOUT, val: 2 }

const bytes = (text) => new TextEncoder().encode(text)
const text = (data) => new TextDecoder().decode(data)

export async function scene({ kernel, step, print, tune }) {
  const service = serve(kernel, SHOUT, ({ data }) => bytes(text(data).toUpperCase()), { name: 'shout' })
  await step('A service registers its id')

  const options = { groups: [SHOUT.idx], sequence: 'per-id', losses: 'values' }
  const clients = ['anna', 'bert'].map((comm) => connect(kernel, kernel.spawn({ comm }), options))
  for (const client of clients) tune(client.socket)
  await step('Two clients connect and join its group')

  for (const [index, word] of ['hello', 'is anybody there', 'thank you'].entries()) {
    const client = clients[index % 2]
    const reply = client.request(SHOUT, bytes(word), { timeout: 500 })
    kernel.clock.advance(1)
    const answer = await reply.then(({ data }) => text(data), String)
    print(`${word} -> ${answer}`)
    await step(`Request ${index + 1}: the reply has the same seq, and ack + 1`)
  }

  const late = clients[0].request(NOBODY, bytes('hello'), { timeout: 100 })
  await step('A request to an id that nobody serves: the protocol has no word for that')
  const silence = late.catch((error) => print(`${error.name}: ${error.message}`))
  kernel.clock.advance(100)
  await silence
  await step('100 ms later the request is given up')

  for (let n = 1; n <= 5; n++) service.broadcast(bytes(`news ${n}`))
  await step('The service speaks to its group')
  for (const [index, client] of clients.entries()) {
    const who = index === 0 ? 'anna' : 'bert'
    const enough = new AbortController()
    const reading = read(client, who, print, enough.signal)
    // Only when all is quiet is this step done.
    await step(`${who} reads the news`)
    enough.abort()
    await reading
  }

  for (const client of clients) client.close()
  service.close()
  await step('Everybody goes home')
}

/** Reads until there is enough: messages, and what is known about those that never came. */
async function read(client, who, print, signal) {
  try {
    for await (const item of client.messages({ signal })) {
      print(`${who}: ${item.type === 'message' ? text(item.data) : item.type}`)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
