// A queue like netlink's as one writes it in JavaScript: a Map of ports, and for each socket an array of messages that are objects. A
// message is a copy of the bytes with its sender's port and credentials; what is queued counts against the receive buffer.
import { measureQueue } from './one-to-one.mjs'
import { RECEIVE_BUFFER, truesizeOf } from './truesize.mjs'

export class ObjectQueue {
  portOfLast = 0
  #ports = new Map()
  #uapi

  constructor(uapi) {
    this.#uapi = uapi
  }

  open() {
    return { port: 0, peer: 0, creds: { pid: 1000, uid: 0, gid: 0 }, queue: [], used: 0, room: RECEIVE_BUFFER }
  }

  bind(socket, port) {
    socket.port = port
    this.#ports.set(port, socket)
  }

  connect(socket, port) {
    socket.peer = port
  }

  send(socket, bytes) {
    const to = this.#ports.get(socket.peer)
    if (to === undefined) return -this.#uapi.ECONNREFUSED
    const truesize = truesizeOf(bytes.length)
    if (to.used > 0 && to.used + truesize > to.room) return -this.#uapi.EAGAIN
    to.used += truesize
    to.queue.push({ data: bytes.slice(), portid: socket.port, creds: socket.creds, truesize })
    return bytes.length
  }

  recv(socket, buffer) {
    const message = socket.queue.shift()
    if (message === undefined) return -this.#uapi.EAGAIN
    socket.used -= message.truesize
    this.portOfLast = message.portid
    const { data } = message
    buffer.set(data.length <= buffer.length ? data : data.subarray(0, buffer.length))
    return Math.min(data.length, buffer.length)
  }
}

export const measure = (given, params) => measureQueue(given, params, new ObjectQueue(given.uapi))
