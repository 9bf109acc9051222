// The files of /proc that tell about netlink, in Linux's format.

import type { Machine } from '../machine/index.js'
import { ENOENT } from '../uapi/index.js'
import { SystemError } from '../user/index.js'

const PROTOCOLS = 32
const KERNEL_REFERENCES = 2

interface Row {
  readonly protocol: number
  readonly portid: number
  readonly groups: number
  readonly rmem: number
  readonly drops: number
  readonly inode: number
}

export class ProcFs {
  readonly #machine: Machine
  readonly #modules: () => string[]

  constructor(machine: Machine, modules: () => string[]) {
    this.#machine = machine
    this.#modules = modules
  }

  /** The text of a file; SystemError ENOENT for one that does not exist. */
  read(path: string): string {
    if (typeof path !== 'string') throw new TypeError('path must be a string')
    if (path === '/proc/modules') return this.#moduleList()
    const match = /^\/proc\/(?:(?:self\/)?|([1-9]\d{0,6})\/)net\/(netlink|connector)$/.exec(path)
    const netns = match === null ? undefined : this.#namespaceOf(match[1])
    if (match === null || netns === undefined) throw new SystemError(-ENOENT, 'open')
    if (match[2] === 'netlink') return this.#netlink(netns)
    // The connector's file is in the initial namespace only, as its kernel socket.
    if (netns !== 0) throw new SystemError(-ENOENT, 'open')
    return this.#connector()
  }

  #namespaceOf(pid: string | undefined): number | undefined {
    if (pid === undefined) return 0
    const netns = this.#machine.abi.task_netns(Number(pid))
    return netns < 0 ? undefined : netns
  }

  #moduleList(): string {
    return this.#modules()
      .map((name) => `${name} 16384 0 - Live 0x0000000000000000\n`)
      .join('')
  }

  /** Name padded to 15 columns, a blank, idx:val (conformance cn-register/listing-format). */
  #connector(): string {
    const machine = this.#machine
    let text = 'Name            ID\n'
    for (let one = machine.abi.callback_next(0); one !== 0; one = machine.abi.callback_next(one)) {
      const name = machine.text(machine.listWord(2))
      text += `${name.padEnd(15)} ${machine.listWord(0)}:${machine.listWord(1)}\n`
    }
    return text
  }

  #netlink(netns: number): string {
    const rows = [...this.#kernelRows(netns), ...this.#userRows(netns)]
    rows.sort((a, b) => a.protocol - b.protocol || a.inode - b.inode)
    const head = 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n'
    return head + rows.map((row) => formatRow(row)).join('')
  }

  #kernelRows(netns: number): Row[] {
    if (netns !== 0) return []
    const present = Array.from({ length: PROTOCOLS }, (_, unit) => unit).filter(
      (unit) => this.#machine.abi.protocol_present(unit) !== 0,
    )
    return present.map((protocol) => ({ protocol, portid: 0, groups: 0, rmem: 0, drops: 0, inode: 0 }))
  }

  #userRows(netns: number): Row[] {
    const machine = this.#machine
    const rows: Row[] = []
    for (let one = machine.abi.socket_next(0); one !== 0; one = machine.abi.socket_next(one)) {
      const key = machine.listWord(0)
      const bound = machine.listWord(6) !== 0
      if (key >>> 8 !== netns || !bound) continue
      rows.push({
        protocol: key & 0xff,
        portid: machine.listWord(1),
        groups: machine.listWord(2),
        rmem: machine.listWord(3),
        drops: machine.listWord(4),
        inode: machine.listWord(5),
      })
    }
    return rows
  }
}

// Where Linux shows a hashed address there is the socket's number: the machine shows no addresses.
function formatRow(row: Row): string {
  const cells = [
    row.inode.toString(16).padStart(16, '0'),
    String(row.protocol).padEnd(3),
    String(row.portid).padEnd(10),
    row.groups.toString(16).padStart(8, '0'),
    String(row.rmem).padEnd(8),
    '0'.padEnd(8),
    '0'.padEnd(5),
    String(KERNEL_REFERENCES).padEnd(8),
    String(row.drops).padEnd(8),
    String(row.inode).padEnd(8),
  ]
  return `${cells.join(' ')}\n`
}
