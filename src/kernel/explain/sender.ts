// What stops a message before anybody is chosen: the sender's own checks, in their order.

import type { SocketFacts } from '../facts.js'
import type { Asked } from './question.js'
import { no, type Outcome } from './reasons.js'
import { nameOf, type Scene } from './scene.js'

/** What a datagram is shorter than the send buffer at least. */
const RESERVED_BYTES = 32

/** The check that fails, or null. */
export function stoppedAtSender(scene: Scene, asked: Asked, steps: string[]): Outcome | null {
  const { from, data } = asked
  if (from !== null) {
    if (data.length === 0) return no('empty', 'send() refuses a datagram without bytes: ENODATA.')
    const refused = lacksPrivilege(scene, asked, from, steps)
    if (refused !== null) return refused
    const most = (from.sndbuf - RESERVED_BYTES) >>> 0
    if (data.length > most) {
      const numbers = `it has ${data.length} bytes, and a send buffer of ${from.sndbuf} lets ${most} through`
      return no('too-long', `send() refuses the datagram: ${numbers} (EMSGSIZE).`)
    }
    steps.push(`Its ${data.length} bytes fit into the send buffer, which lets ${most} through.`)
  }
  if (!scene.withoutMemory) return null
  const error = from === null ? '-ENOMEM' : 'ENOBUFS'
  return no('no-memory', `The message cannot be made: memory pressure is critical (${error}).`)
}

function lacksPrivilege(
  scene: Scene,
  { named, portid, group, protocol }: Asked,
  from: SocketFacts,
  steps: string[],
): Outcome | null {
  if (!named) {
    steps.push('No address is named: it goes to the peer, and nobody asks for privileges.')
    return null
  }
  if (portid === 0 && group === 0) return null
  if (scene.trial.mayName(from)) {
    steps.push(`The sender may name an address: protocol ${protocol} lets everybody, or it has CAP_NET_ADMIN.`)
    return null
  }
  const rule = `protocol ${protocol} lets only CAP_NET_ADMIN name a port or a group`
  return no('privilege', `The ${nameOf(from)} may not send there: ${rule} (EPERM).`)
}

/** The port that the message will come from: null if one will be drawn at random. */
export function portOf(scene: Scene, from: SocketFacts | null): number | null {
  if (from === null) return 0
  if (from.bound) return from.portid
  return scene.bound(from.key, from.ownPid) === undefined ? from.ownPid : null
}
