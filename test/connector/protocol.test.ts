// The protocol that connector.txt recommends (the numbers are those printed in the document): what a request is sent with, what its
// reply is, and what is a new message.
import { describe, expect, test } from 'vitest'
import { connect, serve } from '../../src/connector/index.js'
import {
  AF_NETLINK,
  decodeConnectorMessage,
  encodeConnectorMessage,
  NETLINK_CONNECTOR,
  SOCK_RAW,
} from '../../src/uapi/index.js'
import { bytes, Driver, ID, settle, stateOf, take, world } from './world.js'

describe('what a message is sent with', () => {
  test('connector.txt 97-99: a message carries a locally unique sequence number and a random acknowledge number', async () => {
    const { kernel, task } = world({ seed: 1 })
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    for (let n = 0; n < 20; n++) client.send(ID)
    expect(new Set(driver.asked.map(({ seq }) => seq)).size).toBe(20)
    expect(new Set(driver.asked.map(({ ack }) => ack)).size).toBe(20)
  })

  test('connector.txt 97-99: acknowledge numbers come from the seed: the same for the same seed, others for another', () => {
    const acksOf = (seed: number) => {
      const { kernel, task } = world({ seed })
      const driver = new Driver(kernel)
      using client = connect(kernel, task)
      for (let n = 0; n < 5; n++) client.send(ID)
      return driver.asked.map(({ ack }) => ack)
    }
    expect(acksOf(7)).toEqual(acksOf(7))
    expect(acksOf(7)).not.toEqual(acksOf(8))
  })

  test('connector.txt 99-100: nlmsg_seq is a copy of the sequence number', () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    const other = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    other.bind({})
    const seq = client.send(ID, bytes(1), { portid: other.getsockname().nl_pid })
    const room = new Uint8Array(256)
    const { header, msg } = decodeConnectorMessage(room.subarray(0, other.recv(room)))
    expect(header.nlmsg_seq).toBe(seq)
    expect(msg.seq).toBe(seq)
  })

  test('the bytes are those of encodeConnectorMessage()', () => {
    const { kernel, task } = world({ seed: 3 })
    using client = connect(kernel, task)
    const other = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    other.bind({})
    const room = new Uint8Array(70_000)
    for (const length of [300, 0, 1, 65_535]) {
      const data = new Uint8Array(length).fill(length)
      const id = { idx: -2, val: 0x80000000 }
      const seq = client.send(id, data, { portid: other.getsockname().nl_pid })
      const datagram = room.subarray(0, other.recv(room))
      const { ack } = decodeConnectorMessage(datagram).msg
      expect(Buffer.compare(datagram, encodeConnectorMessage({ id, seq, ack, data }))).toBe(0)
    }
  })

  test('connector.txt 102: the sequence number is incremented with each message that is sent, of whatever kind', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    serve(kernel, { idx: 5, val: 2 }, ({ data }) => data)
    using client = connect(kernel, task)
    expect(client.send(ID)).toBe(1)
    const reply = await client.request({ idx: 5, val: 2 }, bytes(1))
    expect(reply.seq).toBe(2)
    expect(client.send(ID)).toBe(3)
    expect(driver.asked.map(({ seq }) => seq)).toEqual([1, 3])
  })

  test('connector.txt 102: what could not be sent takes no number', () => {
    const { kernel, task } = world()
    using client = connect(kernel, task)
    expect(() => client.send(ID, new Uint8Array(16365))).toThrow(RangeError)
    expect(() => client.send({ idx: 0.5, val: 0 })).toThrow(RangeError)
    expect(client.send(ID, new Uint8Array(16364))).toBe(1)
  })

  test('connector.txt 102: numbers wrap from 4294967295 to 0, and one that a request waits with is not used twice', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { firstSequence: 0xfffffffe })
    const first = client.request(ID, bytes(1))
    const second = client.request(ID, bytes(2))
    const third = client.request(ID, bytes(3))
    expect(driver.asked.map(({ seq }) => seq)).toEqual([0xfffffffe, 0xffffffff, 0])
    for (const asked of driver.asked) driver.answer(asked, { data: asked.data })
    expect((await Promise.all([first, second, third])).map(({ data }) => data[0])).toEqual([1, 2, 3])
  })

  test('connector.txt 104-106: an acknowledge number of 4294967295 is answered with 0', async () => {
    const { kernel, task } = world()
    Object.defineProperty(kernel, 'random', { value: () => 0xffffffff })
    serve(kernel, ID, ({ data }) => data)
    using client = connect(kernel, task)
    expect(await client.request(ID, bytes(1))).toMatchObject({ seq: 1, ack: 0 })
  })
})

describe('what a reply is', () => {
  test('connector.txt 104-106: the message with the same sequence number and acknowledge number + 1 is the reply', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const reply = client.request(ID, bytes(1, 2))
    const { seq, ack, data } = driver.last
    expect(data).toEqual(bytes(1, 2))
    expect(driver.answer(driver.last, { data: bytes(3) })).toBeGreaterThan(0)
    expect(await reply).toEqual({
      type: 'message',
      id: ID,
      seq,
      ack: (ack + 1) >>> 0,
      len: 1,
      flags: 0,
      data: bytes(3),
      portid: 0,
      group: 0,
    })
  })

  test('connector.txt 104-106: a service answers so, to the port of the asker alone', async () => {
    const { kernel, task } = world()
    serve(kernel, ID, ({ data }) => data.map((value) => value * 2))
    using client = connect(kernel, task, { groups: [ID.idx] })
    using bystander = connect(kernel, kernel.spawn(), { groups: [ID.idx] })
    const heard = bystander.messages().next()
    expect((await client.request(ID, bytes(1, 2))).data).toEqual(bytes(2, 4))
    expect(await stateOf(heard)).toBe('pending')
  })

  test('connector.txt 104-106: two requests at once get their own replies, in whatever order these come', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const first = client.request(ID, bytes(1))
    const second = client.request(ID, bytes(2))
    const [one, two] = driver.asked
    driver.answer(two!, { data: bytes(22) })
    expect((await second).data).toEqual(bytes(22))
    expect(await stateOf(first)).toBe('pending')
    driver.answer(one!, { data: bytes(11) })
    expect((await first).data).toEqual(bytes(11))
  })

  test('connector.txt 104-106: a reply that comes by a group is one, too', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx] })
    const reply = client.request(ID)
    const { seq, ack } = driver.last
    driver.tell(seq, bytes(1), (ack + 1) >>> 0)
    expect(await reply).toMatchObject({ group: ID.idx, data: bytes(1) })
  })
})

describe('what is a new message', () => {
  async function waiting(answer: (driver: Driver) => void) {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    const client = connect(kernel, task)
    const reply = client.request(ID)
    answer(driver)
    expect(await stateOf(reply)).toBe('pending')
    const [message] = await take(client, 1)
    driver.answer(driver.last, { data: bytes(9) })
    expect((await reply).data).toEqual(bytes(9))
    client.close()
    return { message, asked: driver.last }
  }

  test('connector.txt 108-109: one with another sequence number', async () => {
    const { message, asked } = await waiting((driver) => driver.answer(driver.last, { seq: driver.last.seq + 1 }))
    expect(message).toMatchObject({ seq: asked.seq + 1, ack: (asked.ack + 1) >>> 0 })
  })

  test.each([0, 2, 3, 0xffffffff])('connector.txt 109-112: one with the same number, but ack + %i', async (more) => {
    const { message, asked } = await waiting((driver) =>
      driver.answer(driver.last, { ack: (driver.last.ack + more) >>> 0 }),
    )
    expect(message).toMatchObject({ seq: asked.seq, ack: (asked.ack + more) >>> 0 })
  })

  test('connector.txt 108-112: a reply that comes twice: the second time nobody expects it', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task)
    const reply = client.request(ID)
    driver.answer(driver.last, { data: bytes(1) })
    driver.answer(driver.last, { data: bytes(2) })
    expect((await reply).data).toEqual(bytes(1))
    expect(await take(client, 1)).toMatchObject([{ data: bytes(2) }])
  })

  test('connector.txt 108-112: the reply to another request of the same number and id, on another socket, is not seen', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using mine = connect(kernel, task)
    using other = connect(kernel, task)
    const first = mine.request(ID)
    const second = other.request(ID)
    const [one, two] = driver.asked
    expect(one!.seq).toBe(two!.seq)
    driver.answer(two!)
    expect(await stateOf(first)).toBe('pending')
    expect(await stateOf(second)).toBe('resolved')
    driver.answer(one!)
    await first
  })

  test('connector.txt 108-112: new messages that came before a reply are kept for the reader, in order', async () => {
    const { kernel, task } = world()
    const driver = new Driver(kernel)
    using client = connect(kernel, task, { groups: [ID.idx] })
    driver.tell(1)
    const reply = client.request(ID)
    driver.tell(2)
    driver.answer(driver.last)
    driver.tell(3)
    await reply
    await settle()
    expect((await take(client, 3)).map(({ seq }) => seq)).toEqual([1, 2, 3])
  })
})
