// A kernel module at the other end: its callbacks, its sends, and what it loses when it is slow.
import { describe, expect, test } from 'vitest'
import { EMSGSIZE, ENOENT, EPERM, ESRCH, GFP_ATOMIC, GFP_KERNEL } from '../../src/index.js'
import { decodeConnectorMessage, encodeConnectorMessage } from '../../src/uapi/index.js'
import { connectorSocket, failureOf, makeWorld, settle } from './world.js'

const id = { idx: 5, val: 7 }
const GROUP = 1 << (id.idx - 1)

describe('a kernel module in another thread', () => {
  test('sends no more bytes at once than a call may have, and nobody stands behind it', async () => {
    const { client } = makeWorld()
    const { remote } = await client({ callbacks: true })
    const data = new Uint8Array((1 << 20) + 1)
    expect(await remote.cn_netlink_send_mult({ id, data }, 1, 0, 1, GFP_KERNEL)).toBe(-EMSGSIZE)
    expect(await remote.cn_netlink_send({ id, data: data.subarray(0, 300_000 & 0xffff) }, 0, 5, GFP_KERNEL)).toBe(
      -ESRCH,
    )
    const small = await client({ callbacks: true, limits: { callBytes: 4000, bytesInFlight: 4000 } })
    expect(await small.remote.cn_netlink_send({ id, data: data.subarray(0, 5000) }, 0, 5, GFP_KERNEL)).toBe(-EMSGSIZE)
    await (await connectorSocket(small.remote)).close()
  })

  test('may register a callback after one that had no place in line', async () => {
    const { client } = makeWorld()
    const { remote, served } = await client({ callbacks: true, limits: { calls: 1 } }, { maxQueued: 0 })
    const socket = await connectorSocket(remote)
    const stop = new AbortController()
    const waiting = failureOf(socket.readable({ signal: stop.signal }))
    expect(await failureOf(remote.cn_add_callback(id, 'no place', () => {}))).toMatchObject({ code: 'EAGAIN' })
    stop.abort()
    await waiting
    expect(await remote.cn_add_callback(id, 'remote', () => {})).toBe(0)
    expect(served.violation).toBeUndefined()
  })

  test('that ends leaves an id to who has registered it since', async () => {
    const { client, kernel } = makeWorld()
    const [one, two] = [await client({ callbacks: true }), await client({ callbacks: true })]
    await one.remote.cn_add_callback(id, 'one', () => {})
    kernel.cn_del_callback(id)
    expect(await two.remote.cn_add_callback(id, 'two', () => {})).toBe(0)
    expect(await one.remote.cn_del_callback(id)).toBe(-ENOENT)
    one.remote.close()
    await one.served.ended
    expect(kernel.procfs.read('/proc/net/connector')).toContain('two')
    two.remote.close()
    await two.served.ended
    expect(kernel.procfs.read('/proc/net/connector')).not.toContain('two')
  })

  test('gets copies of messages to its callback, and answers', async () => {
    const { client } = makeWorld()
    const [module, user] = [await client({ callbacks: true }), await client({ uid: 1000 })]
    const kept: unknown[] = []
    const words: number[][] = []
    const added = await module.remote.cn_add_callback(id, 'remote', async (msg, nsp) => {
      kept.push({ msg, nsp })
      words.push([...msg.words])
      const answer = { id, seq: msg.seq, ack: msg.ack + 1, data: Uint8Array.of(9) }
      await module.remote.cn_netlink_send(answer, nsp.portid, 0, GFP_KERNEL)
    })
    expect(added).toBe(0)
    const socket = await connectorSocket(user.remote)
    await socket.bind({})
    for (const seq of [1, 2, 3]) await socket.send(encodeConnectorMessage({ id, seq, data: Uint8Array.of(seq) }))
    const answers: number[][] = []
    for await (const { data } of socket) {
      const { msg } = decodeConnectorMessage(data)
      answers.push([msg.seq, msg.ack, ...msg.data])
      if (answers.length === 3) break
    }
    expect(answers).toEqual([
      [1, 1, 9],
      [2, 1, 9],
      [3, 1, 9],
    ])
    expect(words).toEqual([[1], [2], [3]])
    const { nl_pid: portid } = await socket.getsockname()
    const creds = { pid: user.remote.pid, uid: 1000, gid: 1000 }
    expect(kept).toEqual(
      [1, 2, 3].map((seq) => ({
        msg: { id, seq, ack: 0, len: 1, flags: 0, data: Uint8Array.of(seq) },
        nsp: { portid, dst_group: 0, creds },
      })),
    )
  })

  test('sends to groups, in both forms, and several messages in one', async () => {
    const { client } = makeWorld()
    const [module, user] = [await client({ caps: ['CAP_SYS_MODULE'] }), await client()]
    const socket = await connectorSocket(user.remote)
    const send = (seq: number) => module.remote.cn_netlink_send({ id, seq }, id.idx, GFP_KERNEL)
    expect(await send(1)).toBe(-ESRCH)
    await socket.bind({ nl_groups: GROUP })
    expect(await send(2)).toBe(0)
    expect(await module.remote.cn_netlink_send({ id, seq: 3 }, 0, id.idx, GFP_ATOMIC)).toBe(0)
    const data = Uint8Array.of(1, 2, 3, 4)
    expect(await module.remote.cn_netlink_send_mult({ id, seq: 4, data }, 4, 0, id.idx, GFP_KERNEL)).toBe(0)
    const got = (await socket.receive()).map((datagram) => decodeConnectorMessage(datagram.data).msg)
    expect(got.map(({ seq, len }) => [seq, len])).toEqual([
      [2, 0],
      [3, 0],
      [4, 4],
    ])
  })

  test('needs the right to', async () => {
    const { kernel, client } = makeWorld()
    const before = kernel.stats().callbacks
    for (const options of [{}, { uid: 0 }, { caps: ['CAP_NET_ADMIN'] }, { caps: 'all' as const, callbacks: false }]) {
      const { remote, served } = await client(options)
      expect(await remote.cn_add_callback(id, 'no', () => {})).toBe(-EPERM)
      expect(await remote.cn_del_callback(id)).toBe(-EPERM)
      expect(await remote.cn_netlink_send({ id }, 0, 5, GFP_KERNEL)).toBe(-EPERM)
      expect(await remote.cn_netlink_send_mult({ id }, 0, 0, 5, GFP_KERNEL)).toBe(-EPERM)
      expect(served.violation).toBeUndefined()
    }
    expect(kernel.stats().callbacks).toBe(before)
  })

  test('takes away its own callbacks only, and none comes afterwards', async () => {
    const { kernel, client } = makeWorld()
    const [one, two] = [await client({ callbacks: true }), await client({ callbacks: true })]
    let calls = 0
    expect(await one.remote.cn_add_callback(id, 'one', () => calls++)).toBe(0)
    expect(await two.remote.cn_add_callback(id, 'two', () => {})).toBe(-22)
    expect(await two.remote.cn_del_callback(id)).toBe(-ENOENT)
    const socket = await connectorSocket(two.remote)
    await socket.send(encodeConnectorMessage({ id }))
    await settle()
    expect(calls).toBe(1)
    expect(await one.remote.cn_del_callback(id)).toBe(0)
    expect(await one.remote.cn_del_callback(id)).toBe(-ENOENT)
    await socket.send(encodeConnectorMessage({ id })).catch(() => 0)
    await settle()
    expect(calls).toBe(1)
    expect(await two.remote.cn_add_callback(id, 'two', () => {})).toBe(0)
    two.remote.close()
    await two.served.ended
    expect(kernel.cn_add_callback(id, 'local', () => {})).toBe(0)
    kernel.cn_del_callback(id)
  })

  test('hears what it lost when more came than may be under way', async () => {
    const { kernel, client } = makeWorld()
    const { remote, served } = await client({ callbacks: true, limits: { callbackMessages: 10 } })
    const seen: (number | string)[] = []
    await remote.cn_add_callback(id, 'slow', (msg) => seen.push(msg.seq), {
      onOverrun: (lost) => seen.push(`${lost} lost`),
    })
    const socket = kernel.spawn().socket(16, 2, 11)
    const send = (from: number, to: number) => {
      for (let seq = from; seq <= to; seq++) socket.send(encodeConnectorMessage({ id, seq }))
    }
    // In one turn: nothing can be confirmed before its end.
    send(1, 100)
    expect(served.usage.callbackMessages).toBe(10)
    while (!seen.includes('90 lost')) await settle()
    send(101, 103)
    while (seen.length < 14) await settle()
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, '90 lost', 101, 102, 103])
    await settle()
    expect(served.usage.callbackMessages).toBe(0)
    expect(served.violation).toBeUndefined()
  })

  test('that throws is told so at its own end, and goes on', async () => {
    const { kernel, client } = makeWorld()
    const errors: unknown[] = []
    const served: unknown[] = []
    const options = { callbacks: true, onError: (error: unknown) => served.push(error) }
    const { remote } = await client(options, { onError: (error) => errors.push(error) })
    await remote.cn_add_callback(id, 'broken', (msg) => {
      throw new Error(`broken ${msg.seq}`)
    })
    const socket = kernel.spawn().socket(16, 2, 11)
    for (const seq of [1, 2]) socket.send(encodeConnectorMessage({ id, seq }))
    while (errors.length < 2) await settle()
    expect(errors.map(String)).toEqual(['Error: broken 1', 'Error: broken 2'])
    expect(served).toEqual([])
  })

  test('may close the connection from its callback', async () => {
    const { kernel, client } = makeWorld()
    const { remote, served } = await client({ callbacks: true })
    let calls = 0
    await remote.cn_add_callback(id, 'closing', () => {
      calls++
      remote.close()
    })
    const socket = kernel.spawn().socket(16, 2, 11)
    for (const seq of [1, 2, 3]) socket.send(encodeConnectorMessage({ id, seq }))
    expect(await served.ended).toBe('closed')
    expect(calls).toBe(1)
    expect(await failureOf(remote.cn_del_callback(id))).toMatchObject({ code: 'ECONNRESET' })
  })
})
