// Journals for the tests of the commands: made in this process, in a folder that goes away.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { BootOptions, Kernel } from '../../../src/api.js'
import { boot } from '../../../src/index.js'
import {
  encodeConnectorMessage,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  SOCK_DGRAM,
} from '../../../src/uapi/index.js'

const folder = mkdtempSync(join(tmpdir(), 'kernel-connector-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The path of a file in that folder, which may be written at once. */
export function fileAt(name: string, contents?: string | Uint8Array): string {
  const path = join(folder, name)
  if (contents !== undefined) writeFileSync(path, contents)
  return path
}

/** Records what a scenario does; the path of the journal. */
export function journalOf(name: string, scenario: (kernel: Kernel) => void, options: BootOptions = {}): string {
  const kernel = boot({ ...options, journal: true })
  scenario(kernel)
  return fileAt(name, kernel.journal.stop())
}

export const HELLO = { idx: 14, val: 1 }

/** A socket of a task of its own, in a group of the connector if that is not 0. */
export function listener(kernel: Kernel, comm: string, group = 0) {
  const task = kernel.spawn({ comm })
  const socket = task.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind(group === 0 ? {} : { nl_groups: 1 << (group - 1) })
  return { task, socket }
}

/**
 * A small story: a callback that answers inside of send(), a listener that gets the answers of which it reads the first one, a timer.
 * Calls in order: 0 and 1 register the callback, 2 to 4 and 5 to 7 are spawn, socket, bind, then for each message send, inside of it
 * cn_send.
 */
export function story(kernel: Kernel): void {
  kernel.cn_add_callback(HELLO, 'hello', ({ seq }) => {
    kernel.cn_netlink_send({ id: HELLO, seq, ack: 1, data: Uint8Array.of(1, 2, 3, 4) }, 0, GFP_KERNEL)
  })
  const heard = listener(kernel, 'listener', HELLO.idx)
  const asker = listener(kernel, 'asker')
  for (const seq of [70, 71]) asker.socket.send(encodeConnectorMessage({ id: HELLO, seq }))
  heard.socket.recv(new Uint8Array(100))
  kernel.printk('hello: the end')
  kernel.mod_timer(
    kernel.timer_setup(() => {}, 'never'),
    5000,
  )
  kernel.clock.advance(1.5)
}
