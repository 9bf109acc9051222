// What becomes of a message at one socket: the decisions of delivery, in their order.

import { LAYOUT } from '../../machine/index.js'
import { viewOf } from '../../uapi/bytes.js'
import type { SocketFacts } from '../facts.js'
import { no, type Outcome, yes } from './reasons.js'
import { nameOf, type Scene } from './scene.js'

const EVENT_AT = 36

/** The part of delivery that a unicast and a multicast have in common: is there room? */
export function queueing(scene: Scene, socket: SocketFacts, truesize: number): Outcome {
  const who = nameOf(socket)
  if (socket.flags & LAYOUT.FLAG_CONGESTED) {
    const last = scene.lastQueued(socket)
    const since = last === undefined ? 'it has nothing queued, but' : `message ${last} is the last that it took, and`
    return no(
      'congested',
      `The ${who} lost a message before: ${since} it takes nothing until a receive leaves its queue empty.`,
    )
  }
  const { rmem, rcvbuf } = socket
  if (rmem !== 0 && rmem + truesize > rcvbuf) {
    const numbers = `${rmem} of ${rcvbuf} bytes are in use, and the message counts ${truesize}`
    return no('full', `The receive buffer of ${who} has no room: ${numbers}.`)
  }
  if (socket.flags & LAYOUT.FLAG_FILTERED) {
    return yes('filter', `It comes to ${who}, whose socket filter may drop it or cut it.`)
  }
  return yes('delivered', `It comes into the queue of ${who}.`)
}

/** A unicast to a socket that has the port. */
export function atPort(scene: Scene, socket: SocketFacts, from: number | null, truesize: number): Outcome {
  const { peer } = socket
  if (peer === null || peer.portid === from) return queueing(scene, socket, truesize)
  const sender = from === null ? 'the sender will draw a port at random' : `the sender has port ${from}`
  return no('connected', `The ${nameOf(socket)} has connected to port ${peer.portid}, and ${sender}.`)
}

/** What of a multicast matters to each member. */
export interface Multicast {
  readonly group: number
  /** The port that is left out. */
  readonly exclude: number
  /** The sending socket's id, 0 for the kernel. */
  readonly sender: number
  readonly truesize: number
  /** The bytes of a process event, which cn_proc holds back from who did not ask for it. */
  readonly event: Uint8Array | null
  /** Whom it does, by reference. */
  readonly held: ReadonlySet<number>
}

/** A multicast at a member of its group. */
export function atMember(
  scene: Scene,
  socket: SocketFacts,
  { exclude, sender, truesize, event, held }: Multicast,
): Outcome {
  const who = nameOf(socket)
  if (socket.id === sender) return no('self', `The ${who} is the sender, which a multicast leaves out.`)
  if (socket.portid === exclude) {
    if (exclude === 0)
      return no('unbound', `The ${who} is left out: a multicast that names port 0 passes over members without a port.`)
    return no('excluded', `The ${who} is left out: the multicast excludes port ${exclude}.`)
  }
  if (event !== null && held.has(socket.ref)) return heldBack(scene, socket, event)
  return queueing(scene, socket, truesize)
}

function heldBack(scene: Scene, socket: SocketFacts, event: Uint8Array): Outcome {
  const who = nameOf(socket)
  const wanted = scene.trial.wanted(socket)
  if (wanted === 0) {
    return no('not-listening', `The ${who} gets no process events: its last request to 1:1 was PROC_CN_MCAST_IGNORE.`)
  }
  const what = viewOf(event).getUint32(EVENT_AT, true)
  const hex = (value: number) => `0x${value.toString(16)}`
  return no('masked', `The ${who} has asked cn_proc for the events ${hex(wanted)} only, and this one is ${hex(what)}.`)
}
