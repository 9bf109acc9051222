// The machine of the page: a kernel with one callback, and a task with a socket that talks to it. No DOM here.
import { boot } from '../../dist/index.js'
import {
  AF_NETLINK,
  decodeConnectorMessage,
  encodeConnectorMessage,
  GFP_KERNEL,
  NETLINK_CONNECTOR,
  SOCK_DGRAM,
} from '../../dist/uapi.js'

const ID = { idx: 0x123, val: 0x345 }
const NAME = 'page'
const ROOM = 8192

const encode = (text) => new TextEncoder().encode(text)
const decode = (bytes) => new TextDecoder().decode(bytes)

/**
 * Boots the machine. `onReceived` hears of each message that reaches the callback; `say(text)` sends one from the task
 * and returns the answer with its bytes.
 */
export function startMachine(onReceived) {
  const kernel = boot()
  const result = kernel.cn_add_callback(ID, NAME, (msg, nsp) => {
    const text = decode(msg.data)
    onReceived({ seq: msg.seq, ack: msg.ack, portid: nsp.portid, uid: nsp.creds.uid, text })
    // The document's rule for an answer: the same seq, ack + 1. It is queued at the sender's socket.
    const answer = { id: msg.id, seq: msg.seq, ack: msg.ack + 1, data: encode(`Got ${msg.len} bytes: ${text}`) }
    kernel.cn_netlink_send(answer, nsp.portid, 0, GFP_KERNEL)
  })
  if (result < 0) throw new Error(`cn_add_callback: ${result}`)

  const task = kernel.spawn({ comm: 'page', uid: 1000 })
  const socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
  socket.bind({})
  return {
    id: ID,
    name: NAME,
    pid: task.pid,
    portid: socket.getsockname().nl_pid,
    say: sayOn(socket),
    proc: () => kernel.procfs.read('/proc/net/connector'),
  }
}

function sayOn(socket) {
  const buffer = new Uint8Array(ROOM)
  let seq = 0
  return (text) => {
    const ack = Math.floor(Math.random() * 0xffff)
    socket.send(encodeConnectorMessage({ id: ID, seq: ++seq, ack, data: encode(text) }))
    // The callback ran inside send(), so its answer is here already.
    const bytes = buffer.slice(0, socket.recv(buffer))
    const { header, msg } = decodeConnectorMessage(bytes)
    return { bytes, header, msg, text: decode(msg.data) }
  }
}
