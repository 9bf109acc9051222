// Reads the text of /proc/net/netlink.

import type { Kernel } from '../../index.js'
import { NETLINK_CONNECTOR } from '../../uapi/index.js'

/** How many messages the kernel dropped because the socket with this port of the connector had no room. */
export function dropsOf(kernel: Kernel, portid: number): number {
  const [head = '', ...lines] = kernel.procfs.read('/proc/net/netlink').trimEnd().split('\n')
  const columns = cells(head)
  const [eth, pid, drops] = ['Eth', 'Pid', 'Drops'].map((name) => columns.indexOf(name)) as [number, number, number]
  const socket = lines.map(cells).find((row) => Number(row[eth]) === NETLINK_CONNECTOR && Number(row[pid]) === portid)
  if (socket === undefined) throw new Error(`/proc/net/netlink has no socket with port ${portid}`)
  return Number(socket[drops])
}

const cells = (line: string): string[] => line.trim().split(/\s+/)
