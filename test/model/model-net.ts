// Netlink by the findings: ports, groups, and where a message goes. conformance/FINDINGS.md, "Ports", "Where messages go".
import { MODULE_GROUPS, MODULE_PROTOCOL, type ProfileRules } from './calls.js'
import { type Message, type ModelSocket, type ModelTask, truesize } from './model-socket.js'

export const EPERM = 1
export const ESRCH = 3
export const EAGAIN = 11
export const EINVAL = 22
export const ENODEV = 19
export const ENODATA = 61
export const EMSGSIZE = 90
export const EPROTONOSUPPORT = 93
export const EADDRINUSE = 98
export const ENOBUFS = 105
export const ECONNREFUSED = 111

export const INITIAL = ''

/** What only the real machine knows: the numbers that it drew. */
export interface Drawn {
  portOf(socket: ModelSocket): number
}

export const lowest = (groups: number) => (groups === 0 ? 0 : 32 - Math.clz32(groups & -groups))

export class ModelNet {
  sockets: ModelSocket[] = []
  /** What the kernel's side of a protocol does with a message; its presence is what counts for the sender. */
  readonly inputs = new Map<number, (message: Message) => void>()

  constructor(
    readonly rules: ProfileRules,
    readonly drawn: Drawn,
  ) {}

  groupsOf(protocol: number): number {
    if (protocol === MODULE_PROTOCOL) return MODULE_GROUPS
    return protocol === 11 && this.rules.connectorGroups === 'any' ? 0xffffffff : 32
  }

  mayReceive(sock: ModelSocket): boolean {
    return sock.privileged || sock.protocol === 11
  }

  maySend(sock: ModelSocket): boolean {
    return sock.privileged || sock.protocol === 2
  }

  // The connector's own opinion of a group.
  private refuses(sock: ModelSocket, group: number): boolean {
    return sock.protocol === 11 && group % 2 === 0 && !sock.privileged
  }

  findPort(like: ModelSocket, port: number): ModelSocket | undefined {
    return this.sockets.find(
      (one) => one.bound && one.port === port && one.protocol === like.protocol && one.netns === like.netns,
    )
  }

  private takePort(sock: ModelSocket, wanted: number): number {
    if (wanted !== 0) {
      sock.port = wanted
      if (this.findPort(sock, wanted) !== undefined) return EADDRINUSE
      sock.bound = true
      return 0
    }
    this.autobind(sock)
    return 0
  }

  autobind(sock: ModelSocket): void {
    let port = sock.task.pid
    if (this.findPort(sock, port) !== undefined) {
      port = this.drawn.portOf(sock)
      if ((port | 0) >= -4096 || this.findPort(sock, port) !== undefined)
        throw new Error(`a port was drawn that cannot be: ${port}`)
    }
    sock.port = port
    sock.bound = true
  }

  bind(sock: ModelSocket, port: number, groups: number): number {
    if (groups !== 0) {
      if (!this.mayReceive(sock)) return EPERM
      sock.listed = Math.max(sock.listed, 32)
    }
    if (sock.bound && port !== sock.port) return EINVAL
    const wanted = Array.from({ length: 32 }, (_, at) => at + 1).filter((group) => ((groups >>> (group - 1)) & 1) === 1)
    if (wanted.some((group) => this.refuses(sock, group))) return EPERM
    if (!sock.bound) {
      const error = this.takePort(sock, port)
      if (error !== 0) return error
    }
    for (const group of [...sock.groups]) if (group <= 32) sock.groups.delete(group)
    for (const group of wanted) sock.groups.add(group)
    return 0
  }

  connect(sock: ModelSocket, port: number, groups: number): number {
    if ((port !== 0 || groups !== 0) && !this.maySend(sock)) return EPERM
    if (!sock.bound) this.autobind(sock)
    sock.connected = true
    sock.peer = { port, group: lowest(groups) }
    return 0
  }

  membership(sock: ModelSocket, group: number, join: boolean): number {
    if (!this.mayReceive(sock)) return EPERM
    sock.listed = Math.max(sock.listed, 32)
    if (group === 0 || group > this.groupsOf(sock.protocol)) return EINVAL
    if (!join) {
      sock.groups.delete(group)
      return 0
    }
    if (this.refuses(sock, group)) return EPERM
    sock.groups.add(group)
    sock.listed = Math.max(sock.listed, group)
    return 0
  }

  /** A process sends; `to` is what it named. The length, or an error below 0. */
  send(sock: ModelSocket, bytes: Uint8Array, to?: { port: number; groups: number }): number {
    if (bytes.length === 0) return -ENODATA
    if (to !== undefined && (to.port !== 0 || to.groups !== 0) && !this.maySend(sock)) return -EPERM
    if (!sock.bound) this.autobind(sock)
    if (bytes.length > sock.sndbuf - 32) return -EMSGSIZE
    const port = to === undefined ? sock.peer.port : to.port
    const group = to === undefined ? sock.peer.group : lowest(to.groups)
    const { pid, uid, gid } = sock.task
    const message = { bytes, truesize: truesize(bytes.length, group === 0), portid: sock.port, group, pid, uid, gid }
    if (group !== 0) {
      for (const one of this.members(sock.protocol, sock.netns, group)) {
        if (one !== sock && one.port !== port && !one.take(message)) one.overrun()
      }
    }
    return this.unicast(sock.protocol, sock.netns, message, port, false)
  }

  members(protocol: number, netns: string, group: number): ModelSocket[] {
    return this.sockets.filter((one) => one.protocol === protocol && one.netns === netns && one.groups.has(group))
  }

  /** `lossy`: the sender is the kernel, and does not wait. */
  unicast(protocol: number, netns: string, message: Message, port: number, lossy: boolean): number {
    if (port === 0) {
      const input = netns === INITIAL ? this.inputs.get(protocol) : undefined
      if (input === undefined) return -ECONNREFUSED
      input(message)
      return message.bytes.length
    }
    const sock = this.sockets.find(
      (one) => one.bound && one.port === port && one.protocol === protocol && one.netns === netns,
    )
    if (sock === undefined || (sock.connected && sock.peer.port !== message.portid)) return -ECONNREFUSED
    if (sock.take(message)) return message.bytes.length
    if (lossy) sock.overrun()
    return -EAGAIN
  }

  /** A multicast of the kernel, which lives in the initial namespace. */
  broadcast(protocol: number, message: Message, exclude: number, group: number): number {
    let delivered = false
    let failed = false
    for (const one of this.members(protocol, INITIAL, group)) {
      if (one.port === exclude) continue
      if (one.take(message)) delivered = true
      else {
        one.overrun()
        if (one.flags.has('BROADCAST_ERROR')) failed = true
      }
    }
    return failed ? -ENOBUFS : delivered ? 0 : -ESRCH
  }

  hasListeners(protocol: number, group: number): boolean {
    if (group === 0 || group > this.groupsOf(protocol)) return false
    return this.sockets.some((one) => one.protocol === protocol && one.groups.has(group))
  }

  close(sock: ModelSocket): void {
    this.sockets = this.sockets.filter((one) => one !== sock)
  }

  closeAll(task: ModelTask): void {
    this.sockets = this.sockets.filter((one) => one.task !== task)
  }
}

export const kernelMessage = (bytes: Uint8Array, group: number): Message => ({
  bytes,
  truesize: truesize(bytes.length, false),
  portid: 0,
  group,
  pid: 0,
  uid: 0,
  gid: 0,
})
