// Gaps in sequence numbers: who is counted, and how.
import { describe, expect, test } from 'vitest'
import { type ClientMessage, connect, LossError, type SequenceOption, serve } from '../../src/connector/index.js'
import { bytes, Driver, errorOf, ID, take, world } from './world.js'

function listener(sequence: SequenceOption, groups = [ID.idx]) {
  const { kernel, task } = world()
  return { kernel, client: connect(kernel, task, { groups, sequence, losses: 'values' }), driver: new Driver(kernel) }
}

/** Messages by their number, gaps by how many are missing. */
const short = (items: ReadonlyArray<{ type: string; seq?: number; missing?: number }>) =>
  items.map((item) => (item.type === 'gap' ? `-${item.missing}` : item.seq))

describe('per id', () => {
  test('numbers that are missing are told before the message that showed it', async () => {
    const { client, driver } = listener('per-id')
    for (const seq of [4, 5, 9]) driver.tell(seq)
    const items = await take(client, 4)
    expect(items[2]).toEqual({ type: 'gap', id: ID, portid: 0, expected: 6, received: 9, missing: 3 })
    expect(short(items)).toEqual([4, 5, '-3', 9])
  })

  test('as an error; the message is the next one', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx], sequence: 'per-id' })
    driver.tell(1)
    driver.tell(3)
    await take(client, 1)
    const error = await errorOf(take(client, 1))
    expect(error).toBeInstanceOf(LossError)
    expect(error).toMatchObject({ loss: { type: 'gap', expected: 2, received: 3, missing: 1 } })
    expect((error as Error).message).toBe('1 messages of 5:1 from port 0 are missing: expected seq 2, received 3')
    expect(await take(client, 1)).toMatchObject([{ seq: 3 }])
  })

  test('the first message of a source may have any number', async () => {
    const { client, driver } = listener('per-id')
    driver.tell(1000)
    expect(short(await take(client, 1))).toEqual([1000])
  })

  test('across the wrap-around', async () => {
    const { client, driver } = listener('per-id')
    for (const seq of [0xfffffffe, 0xffffffff, 0, 1, 0xffffffff + 4 - 2 ** 32]) driver.tell(seq)
    expect(short(await take(client, 6))).toEqual([0xfffffffe, 0xffffffff, 0, 1, '-1', 3])
    driver.tell(0xffffffff)
    driver.tell(2)
    expect(short(await take(client, 3))).toEqual([0xffffffff, '-2', 2])
  })

  test('a sender that starts anew, and a message that comes twice, are no gaps', async () => {
    const { client, driver } = listener('per-id')
    for (const seq of [7, 8, 1, 2, 2, 3]) driver.tell(seq)
    expect(short(await take(client, 6))).toEqual([7, 8, 1, 2, 2, 3])
  })

  test('each id, and each sender of an id, counts by itself', async () => {
    const { kernel, client, driver } = listener('per-id', [5, 7])
    const other = new Driver(kernel, { idx: 7, val: 1 })
    using peer = connect(kernel, kernel.spawn(), { firstSequence: 50 })
    driver.tell(1)
    other.tell(10)
    peer.send(ID, bytes(), { group: 5 })
    driver.tell(2)
    other.tell(11)
    peer.send(ID, bytes(), { group: 5 })
    other.tell(13)
    expect(short(await take(client, 8))).toEqual([1, 10, 50, 2, 11, 51, '-1', 13])
  })

  test('messages to this client alone are not counted: late replies have their own numbers', async () => {
    const { client, driver } = listener('per-id')
    client.send(ID)
    driver.tell(1)
    driver.answer(driver.last, { seq: 100 })
    driver.answer(driver.last, { seq: 200 })
    driver.tell(2)
    expect(short(await take(client, 4))).toEqual([1, 100, 200, 2])
  })

  test('replies are not counted, by group neither', async () => {
    const { client, driver } = listener('per-id')
    driver.tell(10)
    const reply = client.request(ID)
    driver.tell(driver.last.seq, bytes(), (driver.last.ack + 1) >>> 0)
    driver.tell(11)
    await reply
    expect(short(await take(client, 2))).toEqual([10, 11])
  })

  test('what a service broadcasts has no gaps, whoever listens', async () => {
    const { kernel, client } = listener('per-id', [7])
    using service = serve(kernel, { idx: 7, val: 1 }, () => undefined)
    for (let n = 0; n < 3; n++) service.broadcast(bytes(n))
    expect(short(await take(client, 3))).toEqual([1, 2, 3])
  })

  test('more sources than are remembered: the one known longest starts anew', async () => {
    const { kernel, client } = listener('per-id')
    const tell = async (val: number, seq: number) => {
      kernel.cn_netlink_send({ id: { idx: 5, val }, seq }, 0, 5, 0xcc0)
      const [item] = await take(client, 1)
      return item?.type
    }
    for (let val = 0; val < 4096; val++) expect(await tell(val, 1)).toBe('message')
    expect(await tell(0, 3)).toBe('gap')
    await take(client, 1)
    expect(await tell(4096, 1)).toBe('message')
    expect(await tell(0, 9)).toBe('message')
    expect(await tell(4000, 9)).toBe('gap')
  })
})

describe('other options', () => {
  test('none: numbers are not looked at', async () => {
    const { client, driver } = listener('none')
    for (const seq of [1, 5, 3]) driver.tell(seq)
    expect(short(await take(client, 3))).toEqual([1, 5, 3])
  })

  test('a function names the source; undefined is not counted', async () => {
    const byFirstByte = ({ data }: ClientMessage) => data[0]
    const { client, driver } = listener(byFirstByte)
    driver.tell(1, bytes(1))
    driver.tell(1, bytes(2))
    driver.tell(2, bytes(1))
    driver.tell(4, bytes(2))
    driver.tell(99)
    client.send(ID)
    driver.answer(driver.last, { seq: 5, data: bytes(1) })
    expect(short(await take(client, 8))).toEqual([1, 1, 2, '-2', 4, 99, '-2', 5])
  })
})
