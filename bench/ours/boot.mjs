// What a short program or a page waits for: until a message went from a task to a callback and its answer came back.
// Told from boot() on, from the start of the script on, and from the start of the process or the navigation on.
// Nothing is warm: one sample for each process.
import { buildMessage, ID, sameBytes } from './message.mjs'
import { check } from './rounds.mjs'

export function measure({ boot, uapi, began, imported }) {
  const message = buildMessage(uapi, 64)
  const buffer = new Uint8Array(message.length)
  const start = performance.now()
  const kernel = boot()
  kernel.cn_add_callback(ID, 'bench', (msg) => {
    kernel.cn_netlink_send(msg, 1, uapi.GFP_KERNEL)
  })
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  socket.bind({ nl_groups: 1 })
  socket.send(message)
  socket.recv(buffer)
  const end = performance.now()
  check(sameBytes(message, buffer), 'another message came')
  return { boot: [end - start], import: [imported], script: [end - began], origin: [end] }
}
