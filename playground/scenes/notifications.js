// Notifications
// Who watches a range of ids is told when one is registered and when it goes: a module by a function, programs by message.

import {
  CN_NETLINK_USERS,
  CONNECTOR_ID,
  decodeConnectorMessage,
  encodeCnCtlMsg,
  encodeConnectorMessage,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  POLLERR,
  POLLIN,
  SOCK_DGRAM,
  SOL_NETLINK,
} from 'kernel-connector/uapi'

const FIRST = CN_NETLINK_USERS + 5
const GROUP = 9
const WATCHED = { idx: [{ first: FIRST, range: 4 }], val: [{ first: 1, range: 100 }], group: GROUP }

export async function scene({ kernel, step, print, tune }) {
  const watcher = tune(kernel.spawn({ comm: 'watcher' }).socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR))
  watcher.bind({})
  watcher.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
  await step(`watcher joins group ${GROUP}`)

  const request = encodeCnCtlMsg(WATCHED)
  watcher.send(encodeConnectorMessage({ id: CONNECTOR_ID, data: request }))
  await step('watcher asks the connector itself, whose id is -1:-1, for notices')

  kernel.requestNotification({ ...WATCHED, group: GROUP + 1 }, ({ id, ack }) => {
    kernel.printk(`module: ${id.idx}:${id.val} ${ack === 0 ? 'came' : 'went'}`)
  })
  await step('A module asks for the same ids: it has a function, and another group')

  const drivers = [0, 2, 4].map((offset) => ({ idx: FIRST + offset, val: 7 }))
  for (const id of drivers) {
    kernel.cn_add_callback(id, `driver-${id.idx}`, () => {})
    const inside = id.idx < FIRST + 4
    await step(`driver-${id.idx} registers: ${inside ? 'in the range' : 'beside the range, nobody is told'}`)
  }
  for (const id of drivers) {
    kernel.cn_del_callback(id)
    await step(`driver-${id.idx} is gone`)
  }

  const buffer = new Uint8Array(8192)
  while (watcher.poll(POLLIN) & (POLLIN | POLLERR)) {
    try {
      const { msg } = decodeConnectorMessage(buffer.subarray(0, watcher.recv(buffer)))
      print(`watcher: ${msg.id.idx}:${msg.id.val} ${msg.ack === 0 ? 'was registered' : 'was unregistered'}`)
    } catch (error) {
      if (error.code !== 'ENOBUFS') throw error
      print('watcher: notices were lost')
    }
  }
  await step('watcher reads its notices: no data, ack tells which')
}
