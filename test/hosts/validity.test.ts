// How long a callback may look at what it was given: msg, its data and nsp are valid until it returns; each depth of nested calls
// has its own.
import { expect, test } from 'vitest'
import { boot, type CnMsg, type NetlinkSkbParms, type SkBuff } from '../../src/index.js'
import { AF_NETLINK, CAP_NET_ADMIN, GFP_ATOMIC, SOCK_RAW } from '../../src/uapi/index.js'
import { ID, message, OTHER, opened, portOf } from './support.js'

test('msg.data throws once the callback has returned, or has thrown', () => {
  const kernel = boot()
  const socket = opened(kernel)
  let kept: CnMsg | undefined
  let fails = false
  kernel.cn_add_callback(ID, 'x', (msg) => {
    kept = msg
    expect([...msg.data]).toEqual([1, 2, 3])
    if (fails) throw new Error('failed')
  })
  socket.send(message(ID, 1, 2, 3))
  expect(() => kept?.data).toThrow('valid until the callback returns')
  fails = true
  expect(() => socket.send(message(ID, 1, 2, 3))).toThrow('failed')
  expect(() => kept?.data).toThrow('valid until the callback returns')
})

test('skb.data of an input function, and that of a notification, too', () => {
  const kernel = boot()
  const kept: { readonly data: Uint8Array }[] = []
  kernel.netlink_kernel_create(20, { input: (skb) => kept.push(skb) })
  kernel.requestNotification({ idx: [{ first: 5, range: 1 }], val: [{ first: 0, range: 9 }], group: 1 }, (msg) =>
    kept.push(msg),
  )
  kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20).send(new Uint8Array(9))
  kernel.cn_add_callback(ID, 'x', () => {})
  expect(kept.length).toBe(2)
  for (const one of kept) expect(() => one.data).toThrow('valid until the callback returns')
})

test('an async callback has to copy before it waits', async () => {
  const kernel = boot()
  const socket = opened(kernel)
  const failed = new Promise((resolve) => {
    kernel.cn_add_callback(ID, 'x', (msg) => {
      Promise.resolve()
        .then(() => msg.data)
        .catch(resolve)
    })
  })
  socket.send(message(ID, 1))
  expect(await failed).toBeInstanceOf(Error)
})

test('netlink_capable() can be asked inside the callback only', () => {
  const kernel = boot()
  const admin = opened(kernel)
  const kept: NetlinkSkbParms[] = []
  const answers: boolean[] = []
  kernel.cn_add_callback(ID, 'x', (_msg, nsp) => {
    kept.push(nsp)
    answers.push(kernel.netlink_capable(nsp, CAP_NET_ADMIN), kernel.netlink_capable(nsp, 63))
    for (const cap of ['x', 1.5]) expect(() => kernel.netlink_capable(nsp, cap as number)).toThrow()
  })
  admin.send(message())
  const user = kernel.spawn({ uid: 7 }).socket(AF_NETLINK, SOCK_RAW, 11)
  user.send(message())
  expect(answers).toEqual([true, false, false, false])
  expect(() => kernel.netlink_capable(kept[0] as NetlinkSkbParms, CAP_NET_ADMIN)).toThrow(TypeError)
})

test('nested calls do not disturb what the outer ones read', () => {
  const kernel = boot()
  const sockets = [opened(kernel), opened(kernel), opened(kernel)]
  const read = (msg: CnMsg, nsp: NetlinkSkbParms) => [msg.seq, [...msg.data], nsp.portid, nsp.creds.pid, msg.id.val]
  const seen: unknown[] = []
  const at = (depth: number) => (msg: CnMsg, nsp: NetlinkSkbParms) => {
    const before = read(msg, nsp)
    const view = msg.data
    const parms = { ...nsp, creds: { ...nsp.creds } }
    sockets[depth + 1]?.send(message({ idx: 5, val: depth + 2 }, depth + 1, depth + 1))
    kernel.cn_netlink_send({ id: ID, data: new Uint8Array(50).fill(9) }, portOf(sockets[0] as never), 0, GFP_ATOMIC)
    expect(read(msg, nsp)).toEqual(before)
    expect([...view]).toEqual(before[1])
    expect(nsp).toEqual(parms)
    seen.push(before)
  }
  for (const depth of [0, 1, 2]) kernel.cn_add_callback({ idx: 5, val: depth + 1 }, 'x', at(depth))
  sockets[0]?.send(message(ID, 0, 0))
  const ports = sockets.map(portOf)
  expect(seen).toEqual([
    [0, [2, 2], ports[2], ports[2], 3],
    [0, [1, 1], ports[1], ports[1], 2],
    [0, [0, 0], ports[0], ports[0], 1],
  ])
})

test('what a callback reads stays, whatever becomes of sender and callback meanwhile', () => {
  const kernel = boot()
  const task = kernel.spawn()
  const socket = task.socket(AF_NETLINK, SOCK_RAW, 11)
  const after: unknown[] = []
  kernel.cn_add_callback(ID, 'x', (msg, nsp) => {
    socket.close()
    task.exit()
    kernel.cn_del_callback(ID)
    for (let i = 0; i < 50; i++) kernel.cn_add_callback({ idx: 9, val: i }, 'filler', () => {})
    after.push([...msg.data], nsp.creds.pid, nsp.portid)
  })
  expect(socket.send(message(ID, 4, 5, 6))).toBe(39)
  expect(after).toEqual([[4, 5, 6], task.pid, task.pid])
})

test('a message longer than any window is read whole', () => {
  const kernel = boot()
  const data = Uint8Array.from({ length: 16_364 }, (_, at) => at % 251)
  let got: Uint8Array | undefined
  kernel.cn_add_callback(ID, 'x', (msg) => {
    got = msg.data.slice()
  })
  opened(kernel).send(message(ID, ...data))
  expect(got).toEqual(data)
})

test('msg, nsp and skb can be spread and compared', () => {
  const kernel = boot()
  const kept: unknown[] = []
  kernel.cn_add_callback(OTHER, 'x', (msg, nsp) =>
    kept.push({ ...msg, id: { ...msg.id }, data: [...msg.data] }, { ...nsp, creds: { ...nsp.creds } }),
  )
  kernel.netlink_kernel_create(20, { input: (skb: SkBuff) => kept.push(Object.keys(skb).sort()) })
  const socket = opened(kernel)
  socket.send(message(OTHER, 1))
  kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20).send(new Uint8Array(1))
  const portid = portOf(socket)
  expect(kept).toEqual([
    { id: OTHER, seq: 0, ack: 0, len: 1, flags: 0, data: [1] },
    { portid, dst_group: 0, creds: { pid: portid, uid: 0, gid: 0 } },
    ['creds', 'data', 'dst_group', 'portid'],
  ])
})
