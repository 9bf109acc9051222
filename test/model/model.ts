// The model as one side of the comparison: each call by the rules, and what can be seen afterwards.
import {
  bytesOf,
  type Calls,
  dataOf,
  hex,
  idAt,
  MODULE_PROTOCOL,
  type PortName,
  type ProfileRules,
  repeated,
  type Side,
  TASKS,
} from './calls.js'
import { kernelBytes, ModelConnector } from './model-connector.js'
import { EPERM, EPROTONOSUPPORT, ESRCH, INITIAL, kernelMessage, ModelNet } from './model-net.js'
import { type Message, ModelSocket, type ModelTask } from './model-socket.js'

/** What the model has to be told, as it is not ruled: numbers that are drawn or counted. */
export interface Told {
  portOf(index: number): number
  pidOf(task: number): number
}

type HowReceived = Omit<Calls['recv'], 'sock' | 'times'>

const NONE = 'no socket'
const CTRUNC = 8
const TRUNC = 32

interface ControlRow {
  readonly level: number
  readonly type: number
  readonly data: string
}

function words(...values: number[]): string {
  return hex(new Uint8Array(new Uint32Array(values).buffer))
}

/** What recvmsg() hands over beside the bytes: cut at the room, left out below 16 bytes. */
function controlOf(sock: ModelSocket, message: Message, room: number): { control: ControlRow[]; flags: number } {
  const all: ControlRow[] = []
  if (sock.flags.has('PKTINFO')) all.push({ level: 270, type: 3, data: words(message.group) })
  if (sock.flags.has('PASSCRED')) all.push({ level: 1, type: 2, data: words(message.pid, message.uid, message.gid) })
  const control: ControlRow[] = []
  let flags = 0
  let left = room
  for (const row of all) {
    const length = row.data.length / 2
    const fits = Math.min(length, left - 16)
    if (fits < length) flags = CTRUNC
    if (fits < 0) continue
    control.push({ ...row, data: row.data.slice(0, fits * 2) })
    left = Math.max(0, left - 16 - Math.ceil(length / 8) * 8)
  }
  return { control, flags }
}

export class Model implements Side {
  readonly #net: ModelNet
  readonly #connector: ModelConnector
  readonly #tasks: ModelTask[]
  readonly #told: Told
  #seen = 0

  constructor(rules: ProfileRules, told: Told) {
    this.#told = told
    this.#net = new ModelNet(rules, { portOf: (sock) => told.portOf(this.#net.sockets.indexOf(sock)) })
    this.#connector = new ModelConnector(this.#net)
    this.#tasks = TASKS.map((plan, index) => ({ ...plan, pid: told.pidOf(index), netns: plan.netns ?? INITIAL }))
    this.#net.inputs.set(MODULE_PROTOCOL, ({ bytes, portid, group, pid, uid, gid }) => {
      this.#connector.heard.push({ data: hex(bytes), portid, group, creds: { pid, uid, gid } })
    })
  }

  #on(index: number, act: (sock: ModelSocket) => unknown): unknown {
    const { sockets } = this.#net
    const sock = sockets[index % sockets.length]
    return sock === undefined ? NONE : act(sock)
  }

  #task(index: number): ModelTask {
    return this.#tasks[index % this.#tasks.length] as ModelTask
  }

  #port(name: PortName): number {
    if (name.of === 'number') return name.number
    if (name.of === 'task') return this.#task(name.index).pid
    const { sockets } = this.#net
    return sockets[name.index % sockets.length]?.port ?? 0
  }

  open({ task, protocol, rcvbuf, groups }: Calls['open']): unknown {
    if (![2, 11, MODULE_PROTOCOL].includes(protocol)) return -EPROTONOSUPPORT
    const sock = new ModelSocket(this.#task(task), protocol)
    if (rcvbuf !== null) sock.rcvbuf = Math.max(2304, rcvbuf * 2)
    this.#net.sockets.push(sock)
    return groups === null ? 0 : -this.#net.bind(sock, 0, groups) | 0
  }

  close({ sock }: Calls['close']): unknown {
    return this.#on(sock, (one) => this.#net.close(one))
  }

  bind({ sock, port, groups }: Calls['bind']): unknown {
    return this.#on(sock, (one) => -this.#net.bind(one, this.#port(port), groups) | 0)
  }

  connect({ sock, port, groups }: Calls['connect']): unknown {
    return this.#on(sock, (one) => -this.#net.connect(one, this.#port(port), groups) | 0)
  }

  disconnect({ sock }: Calls['disconnect']): unknown {
    return this.#on(sock, (one) => {
      one.connected = false
      one.peer = { port: 0, group: 0 }
      return 0
    })
  }

  membership({ sock, group, join }: Calls['membership']): unknown {
    return this.#on(sock, (one) => -this.#net.membership(one, group, join) | 0)
  }

  flag({ sock, flag, on }: Calls['flag']): unknown {
    return this.#on(sock, (one) => {
      one.setFlag(flag, on)
      return 0
    })
  }

  buffer({ sock, which, value }: Calls['buffer']): unknown {
    return this.#on(sock, (one) => {
      const force = which.endsWith('FORCE')
      if (force && !one.privileged) return -EPERM
      const wanted = force ? Math.max(0, value) : Math.min(value >>> 0, 4_194_304)
      const doubled = Math.min(wanted * 2, 0x7ffffffe)
      if (which.startsWith('RCV')) one.rcvbuf = Math.max(doubled, 2304)
      else one.sndbuf = Math.max(doubled, 4608)
      return 0
    })
  }

  caps({ task, caps }: Calls['caps']): unknown {
    this.#task(task).caps = caps
    return 0
  }

  exit({ task }: Calls['exit']): unknown {
    const index = task % this.#tasks.length
    this.#net.closeAll(this.#task(task))
    const plan = TASKS[index] as (typeof TASKS)[number]
    this.#tasks[index] = { ...plan, pid: this.#told.pidOf(index), netns: plan.netns ?? INITIAL }
    return 0
  }

  send({ sock, payload, times }: Calls['send']): unknown {
    return this.#on(sock, (one) => repeated(times, () => this.#net.send(one, bytesOf(payload))))
  }

  sendto({ sock, payload, port, groups, times }: Calls['sendto']): unknown {
    return this.#on(sock, (one) =>
      repeated(times, () => this.#net.send(one, bytesOf(payload), { port: this.#port(port), groups })),
    )
  }

  recv({ sock, times, ...how }: Calls['recv']): unknown {
    return this.#on(sock, (one) => repeated(times, () => this.#recvOnce(one, how)))
  }

  #recvOnce(sock: ModelSocket, { room, peek, trunc, by, controllen }: HowReceived): unknown {
    if (by === 'read' && room === 0) return { n: 0, data: '' }
    const message = sock.receive(peek && by !== 'read')
    if (typeof message === 'number') return -message
    return this.#received(sock, message, { room, trunc: trunc && by !== 'read', by, controllen })
  }

  #received(sock: ModelSocket, message: Message, how: Omit<HowReceived, 'peek'>): unknown {
    const copied = message.bytes.slice(0, how.room)
    const n = how.trunc ? message.bytes.length : copied.length
    const bytes = { n, data: hex(copied) }
    if (how.by === 'recv' || how.by === 'read') return bytes
    const { portid, group } = message
    const from = { ...bytes, pid: portid, groups: group >= 1 && group <= 32 ? 2 ** (group - 1) : 0 }
    if (how.by === 'recvfrom') return from
    const { control, flags } = controlOf(sock, message, how.controllen)
    return { ...from, flags: flags | (copied.length < message.bytes.length ? TRUNC : 0), control }
  }

  soError({ sock }: Calls['soError']): unknown {
    return this.#on(sock, (one) => {
      const { error } = one
      one.error = 0
      return error
    })
  }

  meminfo({ sock }: Calls['meminfo']): unknown {
    return this.#on(sock, ({ rmem, rcvbuf, sndbuf, drops }) => words(rmem, rcvbuf, 0, sndbuf, 0, 0, 0, 0, drops))
  }

  memberships({ sock }: Calls['memberships']): unknown {
    return this.#on(sock, (one) => {
      // What a list of more than 32 groups looks like before one of the upper ones was joined is not known.
      if (one.protocol === MODULE_PROTOCOL) return 'not compared'
      const list = new Uint32Array(Math.ceil(one.listed / 32))
      for (const group of one.groups) list[(group - 1) >>> 5]! |= 1 << ((group - 1) & 31)
      return words(...list)
    })
  }

  cnSend({ id, data, portid, group, atomic, old, times }: Calls['cnSend']): unknown {
    const fields = { seq: data, ack: data + 1, len: data, flags: 0 }
    const bytes = kernelBytes(idAt(id), fields, dataOf(data), data)
    const port = old ? 0 : this.#port(portid)
    return repeated(times, () => this.#connector.send(idAt(id), bytes, port, group, atomic))
  }

  cnSendMult({ id, data, len, portid, group, atomic }: Calls['cnSendMult']): unknown {
    const bytes = kernelBytes(idAt(id), { seq: 5, ack: 6, len: 3, flags: 1 }, dataOf(data), len)
    return this.#connector.send(idAt(id), bytes, this.#port(portid), group, atomic)
  }

  addCallback({ id, replies }: Calls['addCallback']): unknown {
    return this.#connector.add(idAt(id), `driver${id}`, replies)
  }

  delCallback({ id }: Calls['delCallback']): unknown {
    return this.#connector.delete(idAt(id))
  }

  watch(asked: Calls['watch']): unknown {
    return this.#connector.watch(asked)
  }

  idle(): unknown {
    return this.#connector.idle()
  }

  unicast({ size, portid, nonblock, times }: Calls['unicast']): unknown {
    const message = kernelMessage(dataOf(size), 0)
    return repeated(times, () => this.#net.unicast(MODULE_PROTOCOL, INITIAL, message, this.#port(portid), nonblock))
  }

  broadcast({ size, portid, group, times }: Calls['broadcast']): unknown {
    const message = kernelMessage(dataOf(size), group)
    return repeated(times, () => this.#net.broadcast(MODULE_PROTOCOL, message, this.#port(portid), group))
  }

  notify({ size, portid, group, report }: Calls['notify']): unknown {
    const port = this.#port(portid)
    const message = kernelMessage(dataOf(size), group)
    let result = group === 0 ? 0 : this.#net.broadcast(MODULE_PROTOCOL, message, report ? port : 0, group)
    if (result === -ESRCH) result = 0
    const reported = report ? this.#net.unicast(MODULE_PROTOCOL, INITIAL, message, port, true) : 0
    return result === 0 ? Math.min(reported, 0) : result
  }

  setErr({ portid, group, code }: Calls['setErr']): unknown {
    let spared = 0
    for (const one of this.#net.members(MODULE_PROTOCOL, INITIAL, group)) {
      if (one.port === this.#port(portid)) continue
      if (code === 105 && one.flags.has('NO_ENOBUFS')) spared++
      else one.error = code
    }
    return spared
  }

  listeners({ group }: Calls['listeners']): unknown {
    return this.#net.hasListeners(MODULE_PROTOCOL, group)
  }

  look(): unknown {
    const heard = this.#connector.heard.slice(this.#seen)
    this.#seen = this.#connector.heard.length
    const sockets = this.#net.sockets.map((one) => {
      const peer = [one.peer.port, one.peer.group >= 1 && one.peer.group <= 32 ? 2 ** (one.peer.group - 1) : 0]
      return [one.port, one.mask, ...peer, one.poll()]
    })
    return {
      heard,
      sockets,
      initial: this.#rows(INITIAL),
      other: this.#rows('other'),
      listing: this.#connector.listing(),
    }
  }

  // Protocol, port, groups, rmem, drops of every socket that has a port, the kernel's own first.
  #rows(netns: string): string[] {
    const kernels =
      netns === INITIAL
        ? [11, MODULE_PROTOCOL].map((protocol) => ({ protocol, row: `${protocol} 0 00000000 0 0` }))
        : []
    const bound = this.#net.sockets.filter((one) => one.bound && one.netns === netns)
    const users = bound.map((one) => ({
      protocol: one.protocol,
      row: `${one.protocol} ${one.port} ${one.mask.toString(16).padStart(8, '0')} ${one.rmem} ${one.drops}`,
    }))
    return [...kernels, ...users].sort((a, b) => a.protocol - b.protocol).map(({ row }) => row)
  }
}
