// Bytes of JavaScript's heap per message: how much more is in use after a million messages, with a young generation so large that nothing
// is collected meanwhile (node --expose-gc, and sizes in measurements.mjs). A sample during which a collection ran says nothing.
import { openGroup } from './listeners.mjs'
import { buildMessage, ID } from './message.mjs'
import { check } from './rounds.mjs'

// As many as the engine needs to compile all of it; what that takes is none of the messages'.
const WARM = 300_000
const TRIES = 3
const LISTENERS = 64

export async function measure(connector, { payload, messages, warm = WARM }) {
  const message = buildMessage(connector.uapi, payload)
  const paths = {
    unicast: unicast(connector, message),
    callback: callback(connector, message),
    connector: fromConnector(connector, payload),
    multicast: multicast(connector, message),
    drain: drain(connector, message),
  }
  const samples = {}
  for (const [path, send] of Object.entries(paths)) samples[path] = await bytesOf(send, messages, warm)
  return { ...samples, worst: [Math.max(...Object.values(samples).map((taken) => Math.min(...taken)))] }
}

/** send() and recv(). */
function unicast({ boot, uapi }, message) {
  const task = boot().spawn()
  const [receiver, sender] = [0, 1].map(() => task.socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_USERSOCK))
  receiver.bind({})
  sender.connect({ nl_pid: receiver.getsockname().nl_pid })
  const buffer = new Uint8Array(message.length)
  return (messages) => {
    for (let i = 0; i < messages; i++) {
      sender.send(message)
      check(receiver.recv(buffer) === message.length, 'recv')
    }
  }
}

/** send() to a callback. */
function callback({ boot, uapi }, message) {
  const kernel = boot()
  let bytes = 0
  kernel.cn_add_callback(ID, 'bench', (msg) => {
    bytes += msg.len
  })
  const sender = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  sender.connect({})
  return (messages) => {
    bytes = 0
    for (let i = 0; i < messages; i++) sender.send(message)
    check(bytes > 0, 'the callback did not run')
  }
}

/** cn_netlink_send() to a port, and recv(). */
function fromConnector({ boot, uapi }, payload) {
  const kernel = boot()
  const receiver = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_RAW, uapi.NETLINK_CONNECTOR)
  receiver.bind({})
  const { nl_pid: portid } = receiver.getsockname()
  const msg = { id: ID, seq: 1, data: new Uint8Array(payload) }
  const buffer = new Uint8Array(uapi.encodeConnectorMessage(msg).length)
  return (messages) => {
    for (let i = 0; i < messages; i++) {
      check(kernel.cn_netlink_send(msg, portid, 0, uapi.GFP_KERNEL) === buffer.length, 'cn_netlink_send')
      check(receiver.recv(buffer) === buffer.length, 'recv')
    }
  }
}

/** One send to many, and the drain of all: a message is one that is received. */
function multicast(connector, message) {
  const { listeners, broadcast } = openGroup(connector, LISTENERS)
  const buffer = new Uint8Array(message.length)
  return (messages) => {
    for (let sent = 0; sent < messages; sent += listeners.length) {
      check(broadcast(message) === 0, 'netlink_broadcast')
      for (const listener of listeners) check(listener.recv(buffer) === message.length, 'recv')
    }
  }
}

/** The same, each drained in place when it has 32. */
function drain(connector, message) {
  const { listeners, broadcast } = openGroup(connector, LISTENERS)
  const queued = 32
  let bytes = 0
  const add = (view) => {
    bytes += view.words.length
  }
  return (messages) => {
    for (let sent = 0; sent < messages; sent += queued * listeners.length) {
      for (let i = 0; i < queued; i++) check(broadcast(message) === 0, 'netlink_broadcast')
      for (const listener of listeners) check(listener.drain(add) === queued, 'drain')
    }
    check(bytes > 0, 'no listener ran')
  }
}

/** Bytes per message, one sample for each try; `send(messages)` sends so many. Throws if a collection ran meanwhile. */
export async function bytesOf(send, messages, warm) {
  const collections = []
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  send(warm)
  const samples = []
  for (let i = 0; i < TRIES; i++) {
    globalThis.gc()
    const start = performance.now()
    const used = process.memoryUsage().heapUsed
    send(messages)
    samples.push((process.memoryUsage().heapUsed - used) / messages)
    const end = performance.now()
    // Observers are told in a later turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 10))
    check(!collections.some(({ startTime }) => startTime > start && startTime < end), 'a collection ran')
  }
  observer.disconnect()
  return samples
}
