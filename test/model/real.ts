// The kernel under test as the other side of the comparison: nothing but its public surface, made without boot() because tests halt it themselves.
import type { BootOptions, Kernel, KernelSocket, Limits, ReceivedMsg, Socket, Task } from '../../src/api.js'
import { Kernel as Machine } from '../../src/kernel/index.js'
import * as uapi from '../../src/uapi/index.js'
import { LINUX_2_6_14, LINUX_6 } from '../../src/uapi/index.js'
import { SystemError } from '../../src/user/index.js'
import { bootOptions } from '../support/boot-options.js'
import {
  bytesOf,
  type Calls,
  capsOf,
  dataOf,
  type FlagName,
  hex,
  idAt,
  MODULE_GROUPS,
  MODULE_PROTOCOL,
  type PortName,
  repeated,
  type Side,
  TASKS,
} from './calls.js'

const NONE = 'no socket'
const PROFILES = { LINUX_6, LINUX_2_6_14, default: undefined }
const FLAGS: Readonly<Record<FlagName, readonly [level: number, name: number]>> = {
  NO_ENOBUFS: [uapi.SOL_NETLINK, uapi.NETLINK_NO_ENOBUFS],
  BROADCAST_ERROR: [uapi.SOL_NETLINK, uapi.NETLINK_BROADCAST_ERROR],
  PKTINFO: [uapi.SOL_NETLINK, uapi.NETLINK_PKTINFO],
  PASSCRED: [uapi.SOL_SOCKET, uapi.SO_PASSCRED],
}
const BUFFERS = {
  RCVBUF: uapi.SO_RCVBUF,
  SNDBUF: uapi.SO_SNDBUF,
  RCVBUFFORCE: uapi.SO_RCVBUFFORCE,
  SNDBUFFORCE: uapi.SO_SNDBUFFORCE,
}
const ALL_POLL_BITS = 0xffff

/** What a call gives, or -errno if it fails. */
function outcome(call: () => unknown): unknown {
  try {
    return call() ?? 0
  } catch (error) {
    if (error instanceof SystemError) return error.errno
    throw error
  }
}

export class Real implements Side {
  readonly kernel: Kernel
  readonly sockets: { socket: Socket; task: Task }[] = []
  readonly tasks: Task[]
  readonly #module: KernelSocket
  #heard: unknown[] = []

  constructor(
    profile: keyof typeof PROFILES,
    seed: number,
    limits: Partial<Limits> = { memory: 8 * 1024 * 1024 },
    options: BootOptions = {},
  ) {
    const chosen = PROFILES[profile]
    this.kernel = Machine.boot(bootOptions({ seed, limits, ...options, ...(chosen && { profile: chosen }) }))
    this.tasks = TASKS.map((_, index) => this.#spawn(index))
    const input = ({
      data,
      portid,
      dst_group: group,
      creds,
    }: {
      data: Uint8Array
      portid: number
      dst_group: number
      creds: object
    }) => {
      this.#heard.push({ data: hex(data), portid, group, creds: { ...creds } })
    }
    this.#module = this.kernel.netlink_kernel_create(MODULE_PROTOCOL, { groups: MODULE_GROUPS, input }) as KernelSocket
  }

  #spawn(index: number): Task {
    const { uid, gid, caps, netns } = TASKS[index] as (typeof TASKS)[number]
    return this.kernel.spawn({ uid, gid, caps: capsOf(caps), ...(netns !== null && { netns }) })
  }

  #on(index: number, act: (socket: Socket) => unknown): unknown {
    const one = this.sockets[index % this.sockets.length]
    return one === undefined ? NONE : outcome(() => act(one.socket))
  }

  #task(index: number): Task {
    return this.tasks[index % this.tasks.length] as Task
  }

  #port(name: PortName): number {
    if (name.of === 'number') return name.number
    if (name.of === 'task') return this.#task(name.index).pid
    return this.sockets[name.index % this.sockets.length]?.socket.getsockname().nl_pid ?? 0
  }

  open({ task, protocol, dgram, rcvbuf, groups }: Calls['open']): unknown {
    return outcome(() => {
      const owner = this.#task(task)
      const socket = owner.socket(uapi.AF_NETLINK, dgram ? uapi.SOCK_DGRAM : uapi.SOCK_RAW, protocol)
      if (rcvbuf !== null) socket.setsockopt(uapi.SOL_SOCKET, uapi.SO_RCVBUF, rcvbuf)
      this.sockets.push({ socket, task: owner })
      if (groups !== null) socket.bind({ nl_groups: groups })
    })
  }

  close({ sock }: Calls['close']): unknown {
    const at = sock % this.sockets.length
    const [one] = this.sockets.splice(at, 1)
    if (one === undefined) return NONE
    one.socket.close()
    return undefined
  }

  bind({ sock, port, groups }: Calls['bind']): unknown {
    return this.#on(sock, (one) => one.bind({ nl_pid: this.#port(port), nl_groups: groups }))
  }

  connect({ sock, port, groups }: Calls['connect']): unknown {
    return this.#on(sock, (one) => one.connect({ nl_pid: this.#port(port), nl_groups: groups }))
  }

  disconnect({ sock }: Calls['disconnect']): unknown {
    return this.#on(sock, (one) => one.connect({ nl_family: uapi.AF_UNSPEC }))
  }

  membership({ sock, group, join }: Calls['membership']): unknown {
    const name = join ? uapi.NETLINK_ADD_MEMBERSHIP : uapi.NETLINK_DROP_MEMBERSHIP
    return this.#on(sock, (one) => one.setsockopt(uapi.SOL_NETLINK, name, group))
  }

  flag({ sock, flag, on }: Calls['flag']): unknown {
    return this.#on(sock, (one) => one.setsockopt(...FLAGS[flag], on ? 1 : 0))
  }

  buffer({ sock, which, value }: Calls['buffer']): unknown {
    return this.#on(sock, (one) => one.setsockopt(uapi.SOL_SOCKET, BUFFERS[which], value))
  }

  caps({ task, caps }: Calls['caps']): unknown {
    return outcome(() => this.#task(task).setcaps(capsOf(caps)))
  }

  exit({ task }: Calls['exit']): unknown {
    const index = task % this.tasks.length
    const gone = this.#task(task)
    gone.exit()
    for (let at = this.sockets.length - 1; at >= 0; at--)
      if (this.sockets[at]?.task === gone) this.sockets.splice(at, 1)
    this.tasks[index] = this.#spawn(index)
    return 0
  }

  send({ sock, payload, times }: Calls['send']): unknown {
    return this.#on(sock, (one) => repeated(times, () => outcome(() => one.send(bytesOf(payload)))))
  }

  sendto({ sock, payload, port, groups, times }: Calls['sendto']): unknown {
    const send = (one: Socket) => one.sendto(bytesOf(payload), 0, { nl_pid: this.#port(port), nl_groups: groups })
    return this.#on(sock, (one) => repeated(times, () => outcome(() => send(one))))
  }

  recv({ sock, times, ...how }: Calls['recv']): unknown {
    return this.#on(sock, (one) => repeated(times, () => outcome(() => this.#recvOnce(one, how))))
  }

  #recvOnce(socket: Socket, { room, peek, trunc, by, controllen }: Omit<Calls['recv'], 'sock' | 'times'>): unknown {
    const buffer = new Uint8Array(room)
    const flags = (peek ? uapi.MSG_PEEK : 0) | (trunc ? uapi.MSG_TRUNC : 0)
    const data = (n: number) => hex(buffer.subarray(0, Math.min(n, room)))
    if (by === 'recv' || by === 'read') {
      const n = by === 'recv' ? socket.recv(buffer, flags) : socket.read(buffer)
      return { n, data: data(n) }
    }
    if (by === 'recvfrom') {
      const { n, addr } = socket.recvfrom(buffer, flags)
      return { n, data: data(n), pid: addr.nl_pid, groups: addr.nl_groups }
    }
    // In two parts, as iov has them.
    const half = room >>> 1
    const got = socket.recvmsg({ iov: [buffer.subarray(0, half), buffer.subarray(half)], controllen }, flags)
    return { n: got.n, data: data(got.n), ...this.#described(got) }
  }

  #described({ name, flags, control }: ReceivedMsg): object {
    const rows = control.map(({ level, type, data }) => ({ level, type, data: hex(data) }))
    return { pid: name.nl_pid, groups: name.nl_groups, flags, control: rows }
  }

  soError({ sock }: Calls['soError']): unknown {
    return this.#on(sock, (one) => one.getsockopt(uapi.SOL_SOCKET, uapi.SO_ERROR))
  }

  meminfo({ sock }: Calls['meminfo']): unknown {
    return this.#on(sock, (one) => hex(one.getsockopt(uapi.SOL_SOCKET, uapi.SO_MEMINFO, 64) as Uint8Array))
  }

  memberships({ sock }: Calls['memberships']): unknown {
    return this.#on(sock, (one) => {
      const protocol = one.getsockopt(uapi.SOL_SOCKET, uapi.SO_PROTOCOL)
      const list = one.getsockopt(uapi.SOL_NETLINK, uapi.NETLINK_LIST_MEMBERSHIPS, 64) as Uint8Array
      return protocol === MODULE_PROTOCOL ? 'not compared' : hex(list)
    })
  }

  cnSend({ id, data, portid, group, atomic, old, times }: Calls['cnSend']): unknown {
    const msg = { id: idAt(id), seq: data, ack: data + 1, data: dataOf(data) }
    const gfp = atomic ? uapi.GFP_ATOMIC : uapi.GFP_KERNEL
    const port = this.#port(portid)
    return repeated(times, () =>
      old ? this.kernel.cn_netlink_send(msg, group, gfp) : this.kernel.cn_netlink_send(msg, port, group, gfp),
    )
  }

  cnSendMult({ id, data, len, portid, group, atomic }: Calls['cnSendMult']): unknown {
    const msg = { id: idAt(id), seq: 5, ack: 6, len: 3, flags: 1, data: dataOf(data) }
    const gfp = atomic ? uapi.GFP_ATOMIC : uapi.GFP_KERNEL
    return this.kernel.cn_netlink_send_mult(msg, len, this.#port(portid), group, gfp)
  }

  addCallback({ id, replies }: Calls['addCallback']): unknown {
    return this.kernel.cn_add_callback(idAt(id), `driver${id}`, ({ id, seq, ack, len, flags, data }, nsp) => {
      const copy = new Uint8Array(data)
      const { portid, dst_group: group, creds } = nsp
      this.#heard.push({ id: { ...id }, seq, ack, len, flags, data: hex(copy), portid, group, creds: { ...creds } })
      if (!replies) return
      this.#heard.push(this.kernel.cn_netlink_send({ id, seq, ack: ack + 1, data: copy }, portid, 0, uapi.GFP_ATOMIC))
    })
  }

  delCallback({ id }: Calls['delCallback']): unknown {
    return this.kernel.cn_del_callback(idAt(id))
  }

  watch({ first, range, group }: Calls['watch']): unknown {
    return this.kernel.requestNotification({ idx: [{ first, range }], val: [{ first: 0, range: -1 }], group })
  }

  idle(): unknown {
    return this.kernel.clock.runUntilIdle()
  }

  unicast({ size, portid, nonblock, times }: Calls['unicast']): unknown {
    const port = this.#port(portid)
    return repeated(times, () => this.kernel.netlink_unicast(this.#module, dataOf(size), port, nonblock))
  }

  broadcast({ size, portid, group, times }: Calls['broadcast']): unknown {
    const port = this.#port(portid)
    return repeated(times, () =>
      this.kernel.netlink_broadcast(this.#module, dataOf(size), port, group, uapi.GFP_ATOMIC),
    )
  }

  notify({ size, portid, group, report }: Calls['notify']): unknown {
    return this.kernel.nlmsg_notify(this.#module, dataOf(size), this.#port(portid), group, report, uapi.GFP_KERNEL)
  }

  setErr({ portid, group, code }: Calls['setErr']): unknown {
    return this.kernel.netlink_set_err(this.#module, this.#port(portid), group, -code)
  }

  listeners({ group }: Calls['listeners']): unknown {
    return this.kernel.netlink_has_listeners(this.#module, group)
  }

  look(): unknown {
    const heard = this.#heard
    this.#heard = []
    const sockets = this.sockets.map(({ socket }) => {
      const [name, peer] = [socket.getsockname(), socket.getpeername()]
      return [name.nl_pid, name.nl_groups, peer.nl_pid, peer.nl_groups, socket.poll(ALL_POLL_BITS)]
    })
    const { procfs } = this.kernel
    const listing = procfs.read('/proc/net/connector').trim().split('\n').slice(1)
    return {
      heard,
      sockets,
      initial: rowsOf(procfs.read('/proc/net/netlink')),
      other: rowsOf(procfs.read(`/proc/${this.tasks[3]?.pid}/net/netlink`)),
      listing: listing.map((row) => row.replace(/ +/, ' ')).join('\n'),
    }
  }
}

function rowsOf(text: string): string[] {
  const rows = text.trim().split('\n').slice(1)
  return rows.map((row) => {
    const [, protocol, pid, groups, rmem, , , , drops] = row.split(/ +/)
    return [protocol, pid, groups, rmem, drops].join(' ')
  })
}
