// The same as somebody writes it who knows the engine: everything in one ArrayBuffer, no object and no view made for a message. Ports
// are a table with open addressing, sockets are indices into it, each with a ring of its own; a record is a header of five words
// (length, truesize, port, pid, uid) and the bytes. Fields are plain: those with a # cost a few nanoseconds.
import { measureQueue } from './one-to-one.mjs'
import { RECEIVE_BUFFER, truesizeOf } from './truesize.mjs'

const SOCKETS = 32
const PORTS = 64
const RING_WORDS = 1 << 16
const VIEWS = 4096

// A socket's words.
const PORT = 0
const PEER = 1
const PID = 2
const UID = 3
const HEAD = 4
const TAIL = 5
const USED = 6
const ROOM = 7
const SOCKET_WORDS = 8
const HEADER_WORDS = 5

export class TypedArrayQueue {
  constructor({ EAGAIN, ECONNREFUSED }) {
    this.noRoom = -EAGAIN
    this.nobody = -ECONNREFUSED
    this.words = new Int32Array(PORTS + SOCKETS * (SOCKET_WORDS + RING_WORDS))
    this.bytes = new Uint8Array(this.words.buffer)
    // Views of the records that were read lately: the next ones lie there again.
    this.views = new Array(VIEWS).fill(this.bytes)
    this.sockets = 0
    this.portOfLast = 0
  }

  /** The word at which the socket's own words lie. */
  open() {
    const socket = PORTS + this.sockets++ * SOCKET_WORDS
    this.words[socket + PID] = 1000
    this.words[socket + ROOM] = RECEIVE_BUFFER
    return socket
  }

  bind(socket, port) {
    this.words[socket + PORT] = port
    let at = hash(port)
    while (this.words[at] !== 0) at = (at + 1) & (PORTS - 1)
    this.words[at] = socket
  }

  connect(socket, port) {
    this.words[socket + PEER] = port
  }

  send(socket, data) {
    const { words } = this
    const to = this.find(words[socket + PEER])
    if (to === 0) return this.nobody
    const { length } = data
    const truesize = truesizeOf(length)
    const used = words[to + USED]
    if (used !== 0 && used + truesize > words[to + ROOM]) return this.noRoom
    const at = this.placeFor(to, HEADER_WORDS + ((length + 3) >> 2))
    if (at < 0) return this.noRoom
    words[at] = length
    words[at + 1] = truesize
    words[at + 2] = words[socket + PORT]
    words[at + 3] = words[socket + PID]
    words[at + 4] = words[socket + UID]
    this.bytes.set(data, (at + HEADER_WORDS) << 2)
    words[to + USED] = used + truesize
    return length
  }

  recv(socket, buffer) {
    const { words } = this
    const used = words[socket + USED]
    if (used === 0) return this.noRoom
    const ring = ringOf(socket)
    const head = words[socket + HEAD]
    // The sender went on at the beginning.
    const at = head < RING_WORDS && words[ring + head] >= 0 ? ring + head : ring
    const length = words[at]
    this.portOfLast = words[at + 2]
    const copied = length <= buffer.length ? length : buffer.length
    buffer.set(this.view((at + HEADER_WORDS) << 2, copied))
    words[socket + USED] = used - words[at + 1]
    // An empty ring begins again, where the cache is warm.
    const isEmpty = used === words[at + 1]
    if (isEmpty) words[socket + TAIL] = 0
    words[socket + HEAD] = isEmpty ? 0 : at - ring + HEADER_WORDS + ((length + 3) >> 2)
    return copied
  }

  find(port) {
    const { words } = this
    for (let at = hash(port); ; at = (at + 1) & (PORTS - 1)) {
      const socket = words[at]
      if (socket === 0 || words[socket + PORT] === port) return socket
    }
  }

  /** Where so many words go next; -1 where they do not fit. */
  placeFor(socket, count) {
    const { words } = this
    const head = words[socket + HEAD]
    const tail = words[socket + TAIL]
    const ring = ringOf(socket)
    if (tail >= head && tail + count > RING_WORDS) {
      if (count >= head) return -1
      if (tail < RING_WORDS) words[ring + tail] = -1
      words[socket + TAIL] = count
      return ring
    }
    if (tail < head && tail + count >= head) return -1
    words[socket + TAIL] = tail + count
    return ring + tail
  }

  view(at, length) {
    const place = (at >> 2) & (VIEWS - 1)
    const view = this.views[place]
    if (view.byteOffset === at && view.length === length) return view
    this.views[place] = this.bytes.subarray(at, at + length)
    return this.views[place]
  }
}

const hash = (port) => (Math.imul(port, 0x9e3779b1) >>> 26) & (PORTS - 1)

const ringOf = (socket) => PORTS + SOCKETS * SOCKET_WORDS + ((socket - PORTS) / SOCKET_WORDS) * RING_WORDS

export const measure = (given, params) => measureQueue(given, params, new TypedArrayQueue(given.uapi))
