// One message at a time from one of many sockets to another: sendto() and recv(). Who sends to whom is drawn before the
// clock runs; each socket sends once and receives once before any does so again. The same in native/random.c.
import { buildMessage, sameBytes } from './message.mjs'
import { check, perOperation, takeRounds } from './rounds.mjs'

const KERNEL_BYTES = 4 << 20
const SOCKET_BYTES = 192
const LARGEST_STEP = 2 ** 32

export function measure({ boot, uapi }, params) {
  const { sockets: count, iterations } = params
  const kernel = boot({ limits: { memory: KERNEL_BYTES + count * SOCKET_BYTES, sockets: count } })
  const turns = drawTurns(openSockets(kernel, uapi, count), params.inOrder ?? false)
  const message = buildMessage(uapi, params.payload)
  const buffer = new Uint8Array(message.length)
  const take = turnTaker(turns, message, buffer)
  take(count)

  return takeRounds(params, () => {
    const start = performance.now()
    take(iterations)
    const end = performance.now()
    check(sameBytes(message, buffer), 'another message came')
    buffer.fill(0)
    return { roundtrip: perOperation(start, end, iterations) }
  })
}

// Takes so many turns, from where it stopped the last time.
function turnTaker({ senders, receivers, portids }, message, buffer) {
  const { length } = message
  const to = { nl_pid: 0 }
  let next = 0
  return (turns) => {
    for (let i = 0; i < turns; i++) {
      to.nl_pid = portids[next]
      if (senders[next].sendto(message, 0, to) !== length) check(false, 'sendto')
      if (receivers[next].recv(buffer) !== length) check(false, 'recv')
      if (++next === portids.length) next = 0
    }
  }
}

function openSockets(kernel, uapi, count) {
  const task = kernel.spawn()
  return Array.from({ length: count }, () => {
    const socket = task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK)
    socket.bind({})
    return socket
  })
}

// In order, each sends to the one that was opened after it.
function drawTurns(sockets, inOrder) {
  const draw = generator()
  const senders = inOrder ? sockets : shuffled(sockets, draw)
  const receivers = inOrder ? [...sockets.slice(1), sockets[0]] : shuffled(sockets, draw)
  return { senders, receivers, portids: Uint32Array.from(receivers, (socket) => socket.getsockname().nl_pid) }
}

function shuffled(list, draw) {
  const moved = [...list]
  for (let i = moved.length - 1; i > 0; i--) {
    const other = draw(i + 1)
    const one = moved[i]
    moved[i] = moved[other]
    moved[other] = one
  }
  return moved
}

/** Draws integers below a number, the same in each run. */
function generator() {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / LARGEST_STEP) * below)
  }
}
