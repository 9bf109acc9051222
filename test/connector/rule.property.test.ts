// connector.txt 97-112 against a plain model: whatever comes in whatever order, a message is a reply exactly if the document says so,
// and nothing is lost, doubled or reordered.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { connect } from '../../src/connector/index.js'
import { bytes, Driver, ID, settle, world } from './world.js'

/** `pick` chooses among the requests made so far, `more` is added to a number, `wait` lets the client run. */
type Step =
  | { readonly do: 'request' | 'read'; readonly wait: boolean }
  | {
      readonly do: 'reply'
      readonly pick: number
      readonly moreSeq: number
      readonly moreAck: number
      readonly wait: boolean
    }
  | { readonly do: 'tell'; readonly seq: number; readonly wait: boolean }

const wait = fc.boolean()
const mostlyNone = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, -1, 2 ** 31))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('request' as const), wait }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('reply' as const),
      pick: fc.nat(),
      moreSeq: mostlyNone,
      moreAck: mostlyNone,
      wait,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tell' as const), seq: fc.nat(20), wait }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), wait }) },
)

/** The document's rule, and nothing else: what is expected, and what came that was not. */
class Model {
  readonly expected = new Map<number, { readonly request: number; readonly ack: number }>()
  readonly replies = new Map<number, number>()
  readonly news: number[] = []

  arrives(seq: number, ack: number, tag: number): void {
    const expected = this.expected.get(seq)
    if (expected === undefined || expected.ack !== ack) {
      this.news.push(tag)
      return
    }
    this.expected.delete(seq)
    this.replies.set(expected.request, tag)
  }
}

const tagOf = (data: Uint8Array) => data[0]! + 256 * data[1]!

async function run(seed: number, firstSequence: number, steps: readonly Step[]): Promise<void> {
  const { kernel, task } = world({ seed })
  const driver = new Driver(kernel)
  const client = connect(kernel, task, { groups: [ID.idx], firstSequence })
  const model = new Model()
  const replies = new Map<number, number>()
  const news: Promise<number>[] = []
  let tag = 0
  const next = () => news.push(read())
  const read = async () => tagOf((await reader.next()).value!.data)
  const reader = client.messages()

  for (const step of steps) {
    const data = bytes(tag & 255, tag >> 8)
    if (step.do === 'request') {
      const request = driver.asked.length
      client.request(ID, data).then(
        (reply) => replies.set(request, tagOf(reply.data)),
        () => {},
      )
      const { seq, ack } = driver.last
      model.expected.set(seq, { request, ack: (ack + 1) >>> 0 })
    } else if (step.do === 'reply' && driver.asked.length > 0) {
      const to = driver.asked[step.pick % driver.asked.length]!
      const seq = (to.seq + step.moreSeq) >>> 0
      const ack = (to.ack + 1 + step.moreAck) >>> 0
      driver.answer(to, { seq, ack, data })
      model.arrives(seq, ack, tag++)
    } else if (step.do === 'tell') {
      driver.tell(step.seq, data)
      model.arrives(step.seq, 0, tag++)
    } else if (step.do === 'read' && news.length < model.news.length) next()
    if (step.wait) await settle()
  }
  while (news.length < model.news.length) next()
  expect(await Promise.all(news)).toEqual(model.news)
  await settle()
  expect(replies).toEqual(model.replies)
  const beyond = reader.next()
  client.close()
  expect(await beyond).toEqual({ done: true, value: undefined })
}

test('connector.txt 104-112: random replies, wrong ones, duplicates and new messages against the rule', async () => {
  const firstSequence = fc.oneof(fc.constant(1), fc.integer({ min: 0xfffffff0, max: 0xffffffff }))
  const steps = fc.array(step, { maxLength: 80 })
  await fc.assert(fc.asyncProperty(fc.nat(), firstSequence, steps, run), { numRuns: 200 })
}, 120_000)
