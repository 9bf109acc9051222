// A tab: a socket of the kernel that all tabs share. What it hears goes onto the list.
import {
  AF_NETLINK,
  decodeConnectorMessage,
  encodeConnectorMessage,
  NETLINK_CONNECTOR,
  SOCK_DGRAM,
} from '../../dist/uapi.js'
import { connect } from '../../dist/worker.js'

const GROUP = 5
const SAY = { idx: GROUP, val: 1 }
const LEFT = { idx: GROUP, val: 2 }
const LIST = { idx: GROUP, val: 3 }

const element = (id) => document.getElementById(id)
const decode = (bytes) => new TextDecoder().decode(bytes)

function show(text) {
  const item = document.createElement('li')
  item.textContent = text
  element('heard').prepend(item)
}

const kernel = await connect(new SharedWorker('kernel.mjs', { type: 'module' }).port)
const socket = await kernel.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
await socket.bind({ nl_groups: 1 << (GROUP - 1) })
const { nl_pid: port } = await socket.getsockname()

const ask = () => socket.send(encodeConnectorMessage({ id: LIST }))

async function listen() {
  for await (const { data } of socket) {
    const { msg } = decodeConnectorMessage(data)
    if (msg.id.val === LIST.val) element('table').textContent = decode(msg.data)
    else {
      show(msg.id.val === LEFT.val ? `port ${msg.seq} has left` : `port ${msg.seq}: ${decode(msg.data)}`)
      await ask()
    }
  }
}

element('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const data = new TextEncoder().encode(element('text').value)
  await socket.send(encodeConnectorMessage({ id: SAY, data }))
})

element('status').textContent = `This tab is process ${kernel.pid}, its socket is at port ${port}.`
element('send').disabled = false
kernel.ended.then((reason) => {
  element('status').textContent = `The connection has ended: ${reason}.`
})
await ask()
await listen()
