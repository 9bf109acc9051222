// A client that loses a reply when a notification comes in between. Nine runs of ten go well; simulate() finds an order in which one does
// not, makes it as plain as it can be, and finds no such order for the mended client.
//   node examples/lost-reply.mjs [--journal FILE]

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { boot, LINUX_2_6_14, simulate } from 'kernel-connector'
import {
  AF_NETLINK,
  CN_NETLINK_USERS,
  decodeConnectorMessage,
  encodeConnectorMessage,
  GFP_KERNEL,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  POLLIN,
  SOCK_DGRAM,
  SOL_NETLINK,
} from 'kernel-connector/uapi'

/** @import { Kernel, Socket, Task } from 'kernel-connector' */
/** @import { CnMsg } from 'kernel-connector/uapi' */
/** @typedef {(messages: CnMsg[], seq: number) => CnMsg | undefined} FindReply */

const READ = { idx: CN_NETLINK_USERS + 5, val: 1 }
const SMOKE = { idx: CN_NETLINK_USERS + 5, val: 2 }
const SEEDS = 1000

const { journal: file } = parseArgs({ options: { journal: { type: 'string' } } }).values

/**
 * The mistake: it takes all messages out of the socket, and looks at the first.
 *
 * @type {FindReply}
 */
const lookAtTheFirst = ([first], seq) => (first?.seq === seq ? first : undefined)

/**
 * Mended: it looks at each.
 *
 * @type {FindReply}
 */
const lookAtEach = (messages, seq) => messages.find((msg) => msg.seq === seq)

/**
 * The driver. The profile has its callbacks run from the work queue: when, is one more thing that may happen in another order.
 *
 * @param {Kernel} kernel
 */
function loadThermometer(kernel) {
  kernel.cn_add_callback(READ, 'thermometer', ({ seq, ack }, { portid }) => {
    kernel.printk(`thermometer: replies to question ${seq}`)
    kernel.cn_netlink_send({ id: READ, seq, ack: ack + 1, data: Uint8Array.of(21) }, portid, 0, GFP_KERNEL)
  })
  kernel.cn_add_callback(SMOKE, 'smoke alarm', () => {
    kernel.printk('smoke alarm: notifies the group')
    kernel.cn_netlink_send({ id: SMOKE, seq: 0, ack: 0, data: Uint8Array.of(1) }, 0, SMOKE.idx, GFP_KERNEL)
  })
}

/**
 * What has come by now.
 *
 * @param {Socket} socket
 */
function readAll(socket) {
  const messages = []
  const buffer = new Uint8Array(1024)
  while (socket.poll(POLLIN) & POLLIN) {
    messages.push(decodeConnectorMessage(buffer.subarray(0, socket.recv(buffer))).msg)
  }
  return messages
}

/**
 * Asks for the temperature.
 *
 * @param {Kernel} kernel
 * @param {Task} task
 * @param {FindReply} findReply
 */
async function client(kernel, task, findReply) {
  const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({})
  socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, SMOKE.idx)
  const seq = 1
  kernel.printk(`client: asks question ${seq}`)
  socket.send(encodeConnectorMessage({ id: READ, seq }))
  for (;;) {
    await socket.readable()
    const messages = readAll(socket)
    kernel.printk(
      `client: finds ${messages.map((msg) => (msg.seq === 0 ? 'an alarm' : `reply ${msg.seq}`)).join(', ')}`,
    )
    const reply = findReply(messages, seq)
    if (reply !== undefined) break
    kernel.printk('client: sees no reply, and waits on')
  }
  kernel.printk('client: has its reply')
  socket.close()
}

/**
 * Somebody tries the alarm.
 *
 * @param {Kernel} kernel
 * @param {Task} task
 */
async function visitor(kernel, task) {
  const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  kernel.printk('visitor: tries the smoke alarm')
  socket.send(encodeConnectorMessage({ id: SMOKE }))
  socket.close()
}

/** @param {FindReply} findReply */
const scenarioWith = (findReply) => (/** @type {Kernel} */ kernel) => {
  loadThermometer(kernel)
  void kernel.run(kernel.spawn({ comm: 'client' }), (task) => client(kernel, task, findReply))
  void kernel.run(kernel.spawn({ comm: 'visitor' }), (task) => visitor(kernel, task))
}

const options = { profile: LINUX_2_6_14 }

const found = await simulate({ seeds: SEEDS, options, scenario: scenarioWith(lookAtTheFirst), throws: false })
if (found.failure === null) throw new Error(`no seed of ${SEEDS} loses the reply`)
const { seed, decisions, originalDecisions, stuck, journal } = found.failure
console.log(`seed ${seed} loses the reply: ${stuck.join(', ')}`)
console.log(`schedule: [${decisions.join(', ')}], shrunk from ${originalDecisions} decisions`)

// The same by hand: that seed, those decisions.
const kernel = boot({ ...options, seed })
kernel.schedule.policy = { decisions }
scenarioWith(lookAtTheFirst)(kernel)
await kernel.schedule.idle()
for (const line of kernel.dmesg()) console.log(line)
kernel.halt()

if (file !== undefined && journal !== undefined) {
  writeFileSync(file, journal)
  console.log(`journal: ${file}, ${journal.length} bytes`)
}

const mended = await simulate({ seeds: SEEDS, options, scenario: scenarioWith(lookAtEach) })
console.log(`mended: ${mended.seeds} seeds, and none loses it`)
