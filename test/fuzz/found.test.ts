// What the fuzzer, and reading for it, found: each call here once trapped, wrote where it should not, leaked, or said the wrong
// thing.
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { KernelSocket, NetlinkDumpControl, NlmsgHandler, NlmsgView, Socket, SockFprog } from '../../src/api.js'
import { boot, GFP_KERNEL, type Kernel, LINUX_6, type Profile } from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'
import { readCorpus } from './corpus.js'

const PROTOCOL = 20
const ALL_MEMORY = { limits: { memory: 64 * 1024 * 1024 } }

const open = (kernel: Kernel, protocol: number = uapi.NETLINK_USERSOCK) => kernel.spawn().socket(16, 3, protocol)

/** A socket that hears at port 5, and one that sends there. */
function pair(kernel: Kernel): { receiver: Socket; sender: Socket } {
  const [receiver, sender] = [open(kernel), open(kernel)]
  receiver.bind({ nl_pid: 5 })
  sender.connect({ nl_pid: 5 })
  return { receiver, sender }
}

const request = uapi.encodeNlmsg({ nlmsg_type: 20, nlmsg_flags: uapi.NLM_F_REQUEST }, new Uint8Array(4))

/** A kernel socket whose requests go to a handler, and a socket to ask with. */
function service(kernel: Kernel, handler: NlmsgHandler): { client: Socket; ksock: KernelSocket } {
  const input = (skb: Parameters<NlmsgHandler>[0]) => void kernel.netlink_rcv_skb(skb, handler)
  const ksock = kernel.netlink_kernel_create(PROTOCOL, { input }) as KernelSocket
  return { client: open(kernel, PROTOCOL), ksock }
}

function dumping(kernel: Kernel, control: NetlinkDumpControl): Socket {
  const made = service(kernel, (skb, nlh) => kernel.netlink_dump_start(made.ksock, skb, nlh, control))
  return made.client
}

class Longer extends Uint8Array {
  override get length(): number {
    return 200
  }
}

class Negative extends Uint8Array {
  override get length(): number {
    return -1
  }
}

describe('arrays that lie', () => {
  test('a length that is too large brings nobody what was sent before', () => {
    const kernel = boot()
    const { receiver, sender } = pair(kernel)
    sender.send(new Uint8Array(300).fill(83))
    receiver.recv(new Uint8Array(300))
    expect(sender.send(new Longer(4))).toBe(4)
    expect(receiver.recv(new Uint8Array(300))).toBe(4)
  })

  test('a length below 0 and what only looks like an array do not reach the machine', () => {
    const kernel = boot()
    const ksock = kernel.netlink_kernel_create(PROTOCOL) as KernelSocket
    expect(kernel.netlink_unicast(ksock, new Negative(4), 5, true)).toBe(-uapi.ECONNREFUSED)
    const fake = { [Symbol.toStringTag]: 'Uint8Array', length: -1 } as unknown as Uint8Array
    expect(() => kernel.netlink_unicast(ksock, fake, 5, true)).toThrow(TypeError)
    const proxy = new Proxy(new Uint8Array(4), {})
    expect(() => kernel.netlink_unicast(ksock, proxy, 5, true)).toThrow(TypeError)
    expect(kernel.halt()).toBe(0)
  })

  test("an array's own subarray() and set() are not called", () => {
    class Overridden extends Uint8Array {
      override subarray(): never {
        return new Uint8Array(100_000).fill(1) as never
      }
      override set(): never {
        throw new Error('called')
      }
    }
    const kernel = boot()
    const listener = open(kernel, uapi.NETLINK_CONNECTOR)
    listener.bind({ nl_groups: 1 })
    const data = new Overridden(40)
    expect(kernel.cn_netlink_send({ id: { idx: 1, val: 7 }, data, len: 4 }, 0, 1, GFP_KERNEL)).toBe(0)
    expect(listener.recv(new Overridden(100))).toBe(40)
    expect(kernel.halt()).toBe(0)
  })

  test("a list's own map() is not called", () => {
    const { sender } = pair(boot())
    const iov = Object.assign([new Uint8Array(3)], { map: () => [{ length: 100 }] })
    expect(sender.sendmsg({ iov })).toBe(3)
    const none = { level: 270, type: 0, data: new Uint8Array(0) }
    const control = Object.assign([none], { map: () => [new Uint8Array(16)] })
    expect(sender.sendmsg({ iov, control })).toBe(3)
  })

  test('an address of another realm is read', () => {
    const socket = open(boot())
    socket.bind(runInNewContext('new Uint8Array([16, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0])'))
    expect(socket.getsockname().nl_pid).toBe(77)
  })
})

describe('objects whose fields are functions', () => {
  test.each<[string, (socket: Socket, close: () => number) => void]>([
    [
      'bind',
      (socket, close) =>
        socket.bind({
          get nl_pid() {
            return close()
          },
        }),
    ],
    [
      'connect',
      (socket, close) =>
        socket.connect({
          get nl_pid() {
            return close()
          },
        }),
    ],
    [
      'sendto',
      (socket, close) =>
        socket.sendto(new Uint8Array(4), 0, {
          get nl_pid() {
            return close()
          },
        }),
    ],
    [
      'sendmsg',
      (socket, close) =>
        socket.sendmsg({
          iov: [new Uint8Array(4)],
          name: {
            get nl_pid() {
              return close()
            },
          },
        }),
    ],
    [
      'setsockopt',
      (socket, close) =>
        socket.setsockopt(1, 26, {
          get filter() {
            return [[6, 0, 0, close()]] as SockFprog['filter']
          },
        }),
    ],
    [
      'recvmsg',
      (socket, close) =>
        socket.recvmsg({
          iov: [],
          get namelen() {
            return close()
          },
        }),
    ],
  ])('%s() with a field that closes the socket says EBADF', (_, call) => {
    const kernel = boot()
    const socket = open(kernel)
    const close = () => {
      if (!socket.closed) socket.close()
      return 5
    }
    expect(() => call(socket, close)).toThrow(expect.objectContaining({ code: 'EBADF' }))
    expect(kernel.halt()).toBe(0)
  })

  test('a filter that grows while it is looked at stays what it is', () => {
    const kernel = boot()
    const socket = open(kernel)
    const [short, long] = [1, 20_000].map((count) =>
      new Array<[number, number, number, number]>(count).fill([6, 0, 0, 1]),
    )
    let asked = 0
    const attach = () =>
      socket.setsockopt(1, 26, {
        get filter() {
          return (asked++ < 1 ? short : long) as SockFprog['filter']
        },
      })
    expect(attach).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    expect(kernel.halt()).toBe(0)
  })
})

describe('lengths that go over the edge', () => {
  test('4 GiB in parts are too big, and nothing of them is kept', () => {
    const kernel = boot(ALL_MEMORY)
    const { sender, receiver } = pair(kernel)
    const iov = [...new Array<Uint8Array>(256).fill(new Uint8Array(16 * 1024 * 1024)), new Uint8Array(20)]
    expect(() => sender.sendmsg({ iov })).toThrow(expect.objectContaining({ code: 'EMSGSIZE' }))
    sender.send(new Uint8Array(30))
    expect(receiver.recvmsg({ iov }).n).toBe(30)
    expect(kernel.halt()).toBe(0)
  })

  test('a dump whose parts are to have 4 GiB is refused', () => {
    const kernel = boot()
    let room = 0
    const dump = (part: { tailroom: number }) => {
      room = part.tailroom
      return 0
    }
    const client = dumping(kernel, { dump, min_dump_alloc: 0xffffffff })
    client.send(request)
    expect(room).toBe(0)
    const answer = new Uint8Array(100)
    client.recv(answer)
    expect(uapi.decodeNlmsgerr(answer.subarray(16)).error).toBe(-uapi.ENOBUFS)
    expect(kernel.halt()).toBe(0)
  })

  test('the list of memberships of any group is told, however long', () => {
    const kernel = boot()
    const socket = open(kernel, uapi.NETLINK_CONNECTOR)
    const groups = [1, 131_072, 131_073, 300_001, 0xffffffff]
    for (const group of groups) socket.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, group)
    const list = new Uint8Array(100_000)
    expect(socket.getsockopt(uapi.SOL_NETLINK, uapi.NETLINK_LIST_MEMBERSHIPS, list)).toBe(2 ** 29)
    const bits = groups.slice(0, 4).map((group) => ((list[(group - 1) >>> 3] as number) >>> ((group - 1) & 7)) & 1)
    expect(bits).toEqual([1, 1, 1, 1])
    expect(list.reduce((sum, byte) => sum + byte, 0)).toBe(1 + 128 + 1 + 1)
    socket.send(new Uint8Array(4))
    expect(kernel.halt()).toBe(0)
  })

  test('a long filter is read back whole', () => {
    const socket = open(boot())
    const filter = Array.from({ length: 4096 }, (_, index) => [index === 4095 ? 6 : 0, 0, 0, index] as const)
    socket.setsockopt(uapi.SOL_SOCKET, uapi.SO_ATTACH_FILTER, { filter })
    const bytes = new Uint8Array(4096 * 8)
    expect(socket.getsockopt(uapi.SOL_SOCKET, uapi.SO_ATTACH_FILTER, bytes, 4096)).toBe(4096)
    const view = new DataView(bytes.buffer)
    expect(filter.every(([, , , k], index) => view.getUint32(index * 8 + 4, true) === k)).toBe(true)
  })

  test('an address with a length below 0 is EINVAL', () => {
    const socket = open(boot())
    expect(() => socket.bind(new Uint8Array(20), -1)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  })

  test('a record of a stream of process events that is longer than any datagram of cn_proc is refused with its place', () => {
    const event = readCorpus(fileURLToPath(new URL('../..', import.meta.url))).events[1] as Uint8Array
    const stream = new Uint8Array(4 + 20_000)
    stream.set(event, 4)
    new DataView(stream.buffer).setUint32(0, 20_000, true)
    expect(() => boot().loadProcEvents(stream)).toThrow('the record at byte 0 is no event of cn_proc')
  })
})

describe('kernel code that goes wrong', () => {
  test('a handler may write over the length of its request', () => {
    const kernel = boot()
    const { client } = service(kernel, (skb) => {
      skb.data.fill(255, 0, 4)
      return -uapi.EPERM
    })
    client.send(request)
    expect(client.recv(new Uint8Array(1000))).toBe(16 + 4 + request.length)
    expect(kernel.halt()).toBe(0)
  })

  test.each([4, 20, 0xffffffff, -1, Number.NaN, 0.5])(
    'netlink_ack() of a request at %d, where none is, answers nothing from elsewhere',
    (offset) => {
      const kernel = boot()
      const { client } = service(kernel, (skb, nlh) => {
        const forged = { ...nlh, offset, payload: new Uint8Array(0) } as NlmsgView
        try {
          kernel.netlink_ack(skb, forged, -uapi.EPERM)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
        return -uapi.EINTR
      })
      client.send(uapi.joinNlmsgs([request, new Uint8Array(8).fill(255)]))
      const answer = new Uint8Array(1000)
      const [n] = [client.poll(1) === 0 ? 0 : client.recv(answer)]
      expect(n).toBeLessThanOrEqual(16 + 4 + 28)
      expect(kernel.halt()).toBe(0)
    },
  )

  test('what an extended acknowledgement asks for while it is read does not get into it', () => {
    const kernel = boot()
    const { sender, receiver } = pair(kernel)
    const made = service(kernel, (_, nlh, extack) => {
      Object.assign(extack, { _msg: 'mine', cookie: new Uint8Array([1, 2, 3, 4]) })
      Object.defineProperty(extack, 'bad_attr', { get: () => sender.send(new Uint8Array(100).fill(83)) - 84 })
      return nlh.nlmsg_len - nlh.nlmsg_len - uapi.EPERM
    })
    made.client.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_EXT_ACK, 1)
    made.client.send(request)
    const answer = new Uint8Array(1000)
    const n = made.client.recv(answer)
    expect(receiver.recv(new Uint8Array(200))).toBe(100)
    expect(answer.subarray(0, n).includes(83)).toBe(false)
    expect(new TextDecoder().decode(answer.subarray(0, n))).toContain('mine')
  })

  test('a dump part is nothing but what was put, whatever becomes of its fields', () => {
    const kernel = boot()
    const dump: NetlinkDumpControl['dump'] = (part) => {
      part.nlmsg_put(0, 0, 20, new Uint8Array(4), 0)
      expect(() => Object.assign(part, { len: 1_000_000 })).toThrow(TypeError)
      return 0
    }
    const client = dumping(kernel, { dump })
    client.send(request)
    expect(client.recv(new Uint8Array(5000))).toBe(20 + 20)
    expect(kernel.halt()).toBe(0)
  })

  test('a dump part that a hook keeps after it threw takes nothing any more', () => {
    const kernel = boot()
    let kept: Parameters<NetlinkDumpControl['dump']>[0] | undefined
    const dump: NetlinkDumpControl['dump'] = (part) => {
      kept = part
      throw new Error('out of ideas')
    }
    const client = dumping(kernel, { dump })
    expect(() => client.send(request)).toThrow('out of ideas')
    expect(kept?.tailroom).toBe(0)
    expect(kept?.nlmsg_put(0, 0, 20, new Uint8Array(0), 0)).toBe(false)
    expect(kernel.halt()).toBe(0)
  })

  test('a dump that is asked for with a request that is none leaves nothing', () => {
    const kernel = boot()
    const made = service(kernel, (skb, nlh) => {
      const forged = { ...nlh, payload: undefined } as unknown as NlmsgView
      expect(() => kernel.netlink_dump_start(made.ksock, skb, forged, { dump: () => 0 })).toThrow(TypeError)
      return kernel.netlink_dump_start(made.ksock, skb, nlh, { dump: () => 0 })
    })
    made.client.send(request)
    expect(made.client.recv(new Uint8Array(100))).toBe(20)
    expect(kernel.halt()).toBe(0)
  })

  test('netlink_broadcast_filtered() with wrong arguments leaks nothing', () => {
    const kernel = boot()
    const ksock = kernel.netlink_kernel_create(PROTOCOL) as KernelSocket
    const wrong = 'text' as unknown as Uint8Array
    expect(() => kernel.netlink_broadcast_filtered(ksock, wrong, 0, 1, 0, () => true)).toThrow(TypeError)
    expect(() => kernel.netlink_broadcast_filtered(ksock, new Uint8Array(4), 0, 1, 0.5, () => true)).toThrow(RangeError)
    expect(kernel.halt()).toBe(0)
  })

  test("timers and kernel sockets cannot be turned into others'", () => {
    const kernel = boot()
    const timer = kernel.timer_setup(() => {})
    kernel.mod_timer(timer, 5)
    Object.assign(timer, { timer: 70_000, slot: 9 })
    expect(kernel.del_timer(timer)).toBe(1)
    const ksock = kernel.netlink_kernel_create(PROTOCOL) as KernelSocket
    expect(() => Object.assign(ksock, { protocol: 99 })).toThrow(TypeError)
    kernel.netlink_kernel_release(ksock)
    expect(kernel.halt()).toBe(0)
  })

  test('a task of another kernel is none of this one', () => {
    const [kernel, other] = [boot(), boot()]
    const stranger = other.spawn()
    expect(() => kernel.spawn().ptrace('attach', stranger)).toThrow(TypeError)
    kernel.spawn().ptrace('attach', kernel.spawn())
  })

  test('a request for notices is what it was when it was read', () => {
    const kernel = boot()
    let asked = 0
    const sly = {
      val: [],
      group: 2,
      get idx() {
        return asked++ < 1 ? [{ first: 1, range: 1 }] : new Array(5)
      },
    }
    expect(kernel.requestNotification(sly as never)).toBe(0)
    expect(kernel.halt()).toBe(0)
  })
})

test('a profile is what it was when it was checked', () => {
  let asked = 0
  const truesize = {
    ...LINUX_6.truesize,
    get skbuff() {
      return asked++ < 1 ? 256 : 0
    },
  }
  const plain = boot({ profile: LINUX_6 })
  expect(boot({ profile: { ...LINUX_6, truesize } as Profile }).stateHash()).toBe(plain.stateHash())
})

describe('texts', () => {
  test('a byte order mark at the beginning is part of the text', () => {
    const kernel = boot()
    kernel.printk('\ufeffx')
    expect(kernel.dmesg()[0]?.endsWith('] \ufeffx')).toBe(true)
    kernel.cn_add_callback({ idx: 9, val: 9 }, '\ufeffname', () => {})
    expect(kernel.procfs.read('/proc/net/connector')).toContain('\ufeffname')
  })

  test("a task's name is what the machine keeps of it: whole characters", () => {
    const task = boot().spawn({ comm: '\u00e9'.repeat(9) })
    expect(task.comm).toBe('\u00e9'.repeat(7))
    task.setcomm('\ud800')
    expect(task.comm).toBe('\ufffd')
  })

  test('a process that does not exist has no files, whatever its number modulo 2^32', () => {
    const kernel = boot()
    kernel.spawn({ pid: 100 })
    expect(() => kernel.procfs.read('/proc/4294967396/net/netlink')).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    )
  })
})
