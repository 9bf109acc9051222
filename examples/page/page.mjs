// What the page shows of its machine, and the form that sends.
import { CN_MSG, NLMSGHDR } from '../../dist/uapi.js'
import { startMachine } from './kernel.mjs'

const byId = (id) => document.getElementById(id)
const SHOWN = 5
let received

function element(name, { className = '', text = '' } = {}, ...children) {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  made.append(...children)
  return made
}

/** Puts a message on top of a list; the oldest ones leave. */
function log(list, text, details) {
  list.prepend(element('li', {}, element('strong', { text }), element('span', { text: details })))
  while (list.children.length > SHOWN) list.lastElementChild.remove()
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')

/** One part of a datagram, its fields in the order in which their bytes lie. `offsets` count from `start`. */
function part(title, bytes, start, end, offsets, values) {
  const fields = Object.entries(offsets)
  const cells = fields.map(([name, at], i) => {
    const next = start + (fields[i + 1]?.[1] ?? end - start)
    const value = element('dd', { text: String(values[name]) })
    const raw = element('dd', { className: 'bytes', text: hex(bytes.subarray(start + at, next)) })
    return element('div', {}, element('dt', { text: name }), value, raw)
  })
  return element('section', {}, element('h3', { text: title }), element('dl', {}, ...cells))
}

function showWire({ bytes, header, msg, text }) {
  const { size: first, ...nlmsghdr } = NLMSGHDR
  const { size, ...cn_msg } = CN_MSG
  const data = first + size
  // What the kernel sends is filled up to a multiple of 4 bytes.
  const padding = bytes.length - data - msg.len
  byId('wire').replaceChildren(
    part('struct nlmsghdr', bytes, 0, first, nlmsghdr, header),
    part('struct cn_msg', bytes, first, data, cn_msg, { ...msg, ...msg.id }),
    part(
      'its data',
      bytes,
      data,
      bytes.length,
      { text: 0, ...(padding > 0 && { padding: msg.len }) },
      { text, padding },
    ),
  )
}

function send(machine) {
  const answer = machine.say(byId('text').value)
  const { seq, ack } = answer.msg
  const from = `from port ${received.portid}, uid ${received.uid}`
  log(byId('kernel-log'), received.text, `seq ${received.seq}, ack ${received.ack}, ${from}`)
  log(byId('user-log'), answer.text, `seq ${seq}, ack ${ack}, from the kernel`)
  showWire(answer)
  byId('status').textContent = `Message ${seq}: the kernel received “${received.text}”; its answer arrived.`
}

function start() {
  const began = performance.now()
  const machine = startMachine((message) => {
    received = message
  })
  const took = (performance.now() - began).toFixed(1)
  byId('callback').textContent = `${machine.name} {0x${machine.id.idx.toString(16)}, 0x${machine.id.val.toString(16)}}`
  byId('task').textContent = `${machine.pid}, port ${machine.portid}`
  byId('proc').textContent = machine.proc()
  byId('send').disabled = false
  send(machine)
  byId('status').textContent = `The kernel booted in ${took} ms and has answered a first message.`
  byId('form').addEventListener('submit', (event) => {
    event.preventDefault()
    orExplain(() => send(machine))
  })
}

function orExplain(act) {
  try {
    act()
  } catch (error) {
    byId('status').textContent = `${error.name}: ${error.message}`
    throw error
  }
}

orExplain(start)
