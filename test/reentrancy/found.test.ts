// What the sequences found, or nearly: hooks in the middle of a call that changes the same thing.
import { describe, expect, test } from 'vitest'
import { boot, type KernelSocket, type Socket } from '../../src/index.js'
import { AF_NETLINK, encodeNlmsg, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, SOCK_RAW } from '../../src/uapi/index.js'

function codeOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'ok'
}

describe('a bind hook that binds the socket itself', () => {
  function binding(inner: (socket: Socket) => void) {
    const kernel = boot()
    let first = true
    kernel.netlink_kernel_create(20, {
      bind: () => {
        if (first) {
          first = false
          inner(socket)
        }
        return 0
      },
    })
    const task = kernel.spawn()
    const socket: Socket = task.socket(AF_NETLINK, SOCK_RAW, 20)
    const rows = () => kernel.procfs.read('/proc/net/netlink').trim().split('\n').length - 3
    return { kernel, task, socket, rows }
  }

  test('to a port of its choice: the outer bind without one keeps it', () => {
    const { socket, rows } = binding((one) => one.bind({ nl_pid: 42 }))
    socket.bind({ nl_groups: 3 })
    expect(socket.getsockname()).toMatchObject({ nl_pid: 42, nl_groups: 3 })
    expect(rows()).toBe(1)
  })

  test('to the same port: fine; to another: the outer bind is EBUSY and joins nothing', () => {
    const same = binding((one) => one.bind({ nl_pid: 42 }))
    same.socket.bind({ nl_pid: 42, nl_groups: 1 })
    expect(same.socket.getsockname()).toMatchObject({ nl_pid: 42, nl_groups: 1 })
    const other = binding((one) => one.bind({ nl_pid: 42 }))
    expect(codeOf(() => other.socket.bind({ nl_pid: 43, nl_groups: 1 }))).toBe('EBUSY')
    expect(other.socket.getsockname()).toMatchObject({ nl_pid: 42, nl_groups: 0 })
    expect([same.rows(), other.rows()]).toEqual([1, 1])
  })

  test('by sending: the port is the process id, once', () => {
    const { socket, task, rows } = binding((one) => codeOf(() => one.sendto(new Uint8Array(1), 0, { nl_pid: 9 })))
    socket.bind({ nl_groups: 1 })
    expect(socket.getsockname().nl_pid).toBe(task.pid)
    expect(rows()).toBe(1)
    socket.close()
    expect(rows()).toBe(0)
  })
})

test('a dump hook that receives does not get into the same dump again', () => {
  const kernel = boot()
  let [parts, running, nested] = [0, 0, 0]
  const buffer = new Uint8Array(8192)
  const ksock: KernelSocket | null = kernel.netlink_kernel_create(20, {
    input: (skb) => {
      kernel.netlink_rcv_skb(skb, (_skb, nlh) =>
        kernel.netlink_dump_start(ksock as KernelSocket, skb, nlh, {
          dump: (part, { portid, seq }) => {
            nested = Math.max(nested, ++running)
            if (++parts === 2) while (codeOf(() => socket.recv(buffer)) === 'ok');
            running--
            if (parts > 4) return 0
            part.nlmsg_put(portid, seq, 16, new Uint8Array(40), 0)
            return part.len
          },
        }),
      )
    },
  })
  const socket = kernel.spawn().socket(AF_NETLINK, SOCK_RAW, 20)
  const header = { nlmsg_type: 16, nlmsg_flags: NLM_F_REQUEST | NLM_F_DUMP, nlmsg_seq: 1, nlmsg_pid: 0 }
  socket.send(encodeNlmsg(header, new Uint8Array(4)))
  const types: number[] = []
  while (codeOf(() => socket.recv(buffer)) === 'ok') types.push(new DataView(buffer.buffer).getUint16(4, true))
  expect([nested, parts]).toEqual([1, 5])
  expect(types.at(-1)).toBe(NLMSG_DONE)
})

test('a request whose callback deletes the id: the others hear both, the inner call first', () => {
  const kernel = boot()
  const ALL = { val: [{ first: 0, range: -1 }], group: 6 }
  const heard: string[] = []
  const id = { idx: 5, val: 1 }
  kernel.requestNotification({ ...ALL, idx: [{ first: 5, range: 1 }] }, ({ ack }) => {
    heard.push(`first ${ack}`)
    if (ack === 0) kernel.cn_del_callback(id)
  })
  kernel.requestNotification({ ...ALL, idx: [{ first: 5, range: 2 }] }, ({ ack }) => heard.push(`second ${ack}`))
  expect(kernel.cn_add_callback(id, 'x', () => {})).toBe(0)
  expect(heard.sort()).toEqual(['first 0', 'first 1', 'second 0', 'second 1'])
})

test('release notifiers during exit() may open sockets for others; those of the task are all gone', () => {
  const kernel = boot()
  const heir = kernel.spawn()
  const opened: Socket[] = []
  kernel.netlink_register_notifier(() => {
    const socket = heir.socket(AF_NETLINK, SOCK_RAW, 2)
    socket.bind({})
    opened.push(socket)
  })
  const task = kernel.spawn()
  for (const nl_pid of [70, 71, 72]) task.socket(AF_NETLINK, SOCK_RAW, 2).bind({ nl_pid })
  task.exit()
  expect(opened.map((socket) => socket.closed)).toEqual([false, false, false])
  expect(new Set(opened.map((socket) => socket.getsockname().nl_pid)).size).toBe(3)
})
