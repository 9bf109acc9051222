// Requests to cn_proc (LISTEN, IGNORE, struct proc_input), and the events that listeners get then.
import type { Socket, Task } from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'
import { errnoOf, Failure, same } from '../failure.js'
import { mutate } from '../mutate.js'
import type { Random } from '../random.js'
import type { Parser, Round } from '../round.js'

const EVENT_BYTES = 76
const PROC = { idx: uapi.CN_IDX_PROC, val: uapi.CN_VAL_PROC }

function good(random: Random): Uint8Array {
  const data = new Uint8Array(random.oneIn(2) ? 4 : 8)
  const view = new DataView(data.buffer)
  view.setUint32(
    0,
    random.oneIn(4)
      ? random.edge()
      : random.pick([uapi.PROC_CN_MCAST_LISTEN, uapi.PROC_CN_MCAST_LISTEN, uapi.PROC_CN_MCAST_IGNORE]),
    true,
  )
  if (data.length === 8) view.setUint32(4, random.oneIn(2) ? 1 << random.below(32) : random.edge(), true)
  return uapi.encodeConnectorMessage({ id: PROC, seq: random.edge(), ack: random.edge(), data })
}

/** Something that happens to a task of its own. */
function happen(task: Task, random: Random): void {
  const child = task.fork()
  const what = random.below(7)
  if (what === 0) child.exec('another')
  else if (what === 1) child.setcomm('\u{1f600}name')
  else if (what === 2) errnoOf(() => child.setresuid(random.edge(), random.edge(), random.edge()))
  else if (what === 3) errnoOf(() => child.setsid())
  else if (what === 4) errnoOf(() => child.thread().kill(random.below(65)))
  else if (what === 5) errnoOf(() => child.sched_setaffinity(random.edge()))
  if (child.alive) child.exit(random.edge())
}

function readAll(round: Round, socket: Socket): void {
  const buffer = new Uint8Array(200)
  for (;;) {
    const n = errnoOf(() => socket.recv(buffer))
    round.note(n)
    if (n === -uapi.EAGAIN) return
    if (n < 0) continue
    same(n, EVENT_BYTES, 'the length of an event')
    const datagram = buffer.slice(0, n)
    round.observe(datagram, 'an event')
    const message = uapi.tryDecodeConnectorMessage(datagram)
    if (message === null || message.msg.id.idx !== PROC.idx || message.msg.id.val !== PROC.val)
      throw new Failure('no event of cn_proc')
    if (uapi.tryDecodeProcEvent(message.msg.data) === null) throw new Failure('an event that cannot be read')
  }
}

export const procInput: Parser = {
  name: 'proc-input',
  about: 'requests to cn_proc, and the events of tasks',
  begin(round) {
    const { random, corpus, root, user, kernel } = round
    const sockets = [root, root, user].map((task, index) => {
      const socket = round.socket(uapi.NETLINK_CONNECTOR, task)
      if (index < 2 || random.oneIn(2)) socket.bind({ nl_groups: 1 })
      return socket
    })
    return () => {
      const start = random.oneIn(8)
        ? random.pick(corpus.recorded)
        : random.oneIn(8)
          ? random.pick(corpus.events)
          : good(random)
      const datagram = random.oneIn(3) ? start : mutate(start, random, 400)
      if (datagram.length > 0) same(random.pick(sockets).send(datagram), datagram.length, 'what send() says')
      kernel.clock.runUntilIdle()
      if (random.oneIn(2)) happen(random.oneIn(3) ? user : root, random)
      for (const socket of sockets) readAll(round, socket)
    }
  },
}
