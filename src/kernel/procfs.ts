// The files of /proc that tell about netlink, in Linux's format.

import type { Machine } from '../machine/index.js'
import { ENOENT } from '../uapi/index.js'
import { asText, SystemError } from '../user/index.js'
import { hasKernelSocket, PROTOCOLS, readCallbacks, readModules, readSockets, type SocketFacts } from './facts.js'
import { looking } from './looking.js'

const PROTOCOLS_HEAD =
  'protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n'

/** A socket; one of the kernel has no number. */
type Row = Pick<SocketFacts, 'protocol' | 'portid' | 'groups' | 'rmem' | 'drops' | 'id'>

export class ProcFs {
  readonly #machine: Machine

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** The text of a file; SystemError ENOENT for one that does not exist. */
  read(path: string): string {
    asText(path, 'path')
    return looking(this.#machine, () => this.#text(path))
  }

  #text(path: string): string {
    if (path === '/proc/modules') return this.#moduleList()
    const match = /^\/proc\/(?:(?:self\/)?|([1-9]\d{0,6})\/)net\/(netlink|connector|protocols)$/.exec(path)
    const netns = match === null ? undefined : this.#namespaceOf(match[1])
    if (match === null || netns === undefined) throw new SystemError(-ENOENT, 'open')
    if (match[2] === 'netlink') return this.#netlink(netns)
    if (match[2] === 'protocols') return this.#protocols(netns)
    // The connector's file is in the initial namespace only, as its kernel socket.
    if (netns !== 0) throw new SystemError(-ENOENT, 'open')
    return this.#connector()
  }

  #namespaceOf(pid: string | undefined): number | undefined {
    if (pid === undefined) return 0
    return this.#machine.raw.task_find(Number(pid)) === 0 ? undefined : this.#machine.listWord(2)
  }

  #moduleList(): string {
    return readModules(this.#machine)
      .map((name) => `${name} 16384 0 - Live 0x0000000000000000\n`)
      .join('')
  }

  /** Name padded to 15 columns, a blank, idx:val (conformance cn-register/listing-format). */
  #connector(): string {
    const rows = readCallbacks(this.#machine).map(({ idx, val, name }) => `${name.padEnd(15)} ${idx}:${val}\n`)
    return `Name            ID\n${rows.join('')}`
  }

  // Recorded on Linux 6.18: the sockets of user space in the reader's namespace count, bound or not; kernel sockets do not.
  #protocols(netns: number): string {
    const count = readSockets(this.#machine).filter((socket) => socket.netns === netns).length
    return `${PROTOCOLS_HEAD}NETLINK   1096 ${String(count).padStart(6)}      -1   NI       0   no   kernel     ${' n '.repeat(18).trimEnd()}\n`
  }

  #netlink(netns: number): string {
    const machine = this.#machine
    const rows: Row[] = readSockets(machine).filter((socket) => socket.netns === netns && socket.bound)
    // Kernel sockets are in the initial namespace.
    for (let protocol = 0; netns === 0 && protocol < PROTOCOLS; protocol++) {
      if (hasKernelSocket(machine, protocol)) rows.push({ protocol, portid: 0, groups: 0, rmem: 0, drops: 0, id: 0 })
    }
    rows.sort((a, b) => a.protocol - b.protocol || a.id - b.id)
    const head = 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n'
    return head + rows.map((row) => formatRow(row)).join('')
  }
}

// Where Linux shows a hashed address there is the socket's number: the machine shows no addresses. Wmem, Dump and Locks are always the
// same.
function formatRow({ protocol, portid, groups, rmem, drops, id }: Row): string {
  const hex = (value: number, width: number) => value.toString(16).padStart(width, '0')
  const cell = (value: number, width = 8) => String(value).padEnd(width)
  const sums = `${cell(rmem)} 0        0     2        ${cell(drops)} ${cell(id)}`
  return `${hex(id, 16)} ${cell(protocol, 3)} ${cell(portid, 10)} ${hex(groups, 8)} ${sums}\n`
}
