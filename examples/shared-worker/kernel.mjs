// The shared worker: one kernel for all tabs, with a module that hands each message on and tells who has left.
import { boot } from '../../dist/index.js'
import { GFP_KERNEL } from '../../dist/uapi.js'
import { serve } from '../../dist/worker.js'

const GROUP = 5
const SAY = { idx: GROUP, val: 1 }
const LEFT = { idx: GROUP, val: 2 }
const LIST = { idx: GROUP, val: 3 }

const kernel = boot()
const encode = (text) => new TextEncoder().encode(text)

kernel.cn_add_callback(SAY, 'say', (msg, { portid }) => {
  kernel.cn_netlink_send({ id: SAY, seq: portid, data: msg.data.slice() }, 0, GROUP, GFP_KERNEL)
})
kernel.cn_add_callback(LIST, 'list', (msg, { portid }) => {
  const data = encode(kernel.procfs.read('/proc/net/netlink'))
  kernel.cn_netlink_send({ id: LIST, seq: msg.seq, ack: msg.seq + 1, data }, portid, 0, GFP_KERNEL)
})
kernel.netlink_register_notifier(({ portid }) => {
  kernel.cn_netlink_send({ id: LEFT, seq: portid }, 0, GROUP, GFP_KERNEL)
})

self.onconnect = ({ ports: [port] }) => serve(kernel, port, { comm: 'tab' })
