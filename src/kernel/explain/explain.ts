// A dry walk of a message: every decision that delivery would take, in the same order, over the machine as it is. Nothing changes,
// no callback runs, no fault rule is asked.

import type { ExplainQuestion, Explanation } from '../../api.js'
import type { Machine } from '../../machine/index.js'
import { type CbId, NETLINK_CONNECTOR } from '../../uapi/index.js'
import { idOf, type SocketFacts } from '../facts.js'
import { looking } from '../looking.js'
import { toConnector, unregistered } from './connector.js'
import { type Asked, checkQuestion } from './question.js'
import { no, type Outcome, yes } from './reasons.js'
import { atMember, atPort, type Multicast } from './receiver.js'
import { nameOf, Scene } from './scene.js'
import { portOf, stoppedAtSender } from './sender.js'

/** What becomes of it at a socket, or at the kernel (null). */
interface Place {
  readonly socket: SocketFacts | null
  readonly outcome: Outcome
}

/** The walk as far as it has come. */
interface Walk extends Asked {
  readonly scene: Scene
  /** Network namespace and protocol: nothing leaves them. */
  readonly key: number
  /** The sender's port, null if it will be drawn at random. */
  readonly port: number | null
  readonly steps: string[]
}

/**
 * Says whether a message would reach anybody, or one receiver, and why; the reasons are those of {@link Reason}. A message of the
 * kernel goes where `kernel.inject()` would send it; one of the connector without `to` where `cn_netlink_send()` would, to the group
 * of its id; and a process event (id 1:1, to group 1) where cn_proc would. A filter's decision is not known beforehand: what comes to
 * a socket filter counts as reaching.
 *
 * @throws TypeError, RangeError for a question that makes no sense, SystemError EBADF if the sender is closed
 */
export function explain(machine: Machine, question: ExplainQuestion): Explanation {
  return looking(machine, () => {
    const scene = new Scene(machine)
    const asked = checkQuestion(machine, scene.sockets, question)
    const key = ((asked.from?.netns ?? 0) << 8) | asked.protocol
    const walk = { ...asked, scene, key, port: portOf(scene, asked.from), steps: [] }
    const { reaches, reason, sentence } = decide(walk)
    return {
      reaches,
      reason,
      sentence,
      steps: [...walk.steps, sentence].filter((step, at, all) => all.indexOf(step) === at),
    }
  })
}

function decide(walk: Walk): Outcome {
  if (walk.receiver === 'closed') return no('closed', 'The receiver is closed.')
  const stopped = walk.byId ? noSuchId(walk) : null
  const early = stopped ?? stoppedAtSender(walk.scene, walk, walk.steps) ?? notListening(walk)
  if (early !== null) return early
  const places = allPlaces(walk)
  if (walk.receiver !== null) return atReceiver(walk, walk.receiver, places)
  return summary(walk, places)
}

function noSuchId({ scene, data }: Walk): Outcome | null {
  const id = idOf(data) as CbId
  const callbacks = scene.callbacks()
  if (callbacks.some((one) => one.idx === id.idx && one.val === id.val)) return null
  return no('unregistered', `${unregistered(id, callbacks)} Without a port or a group cn_netlink_send() says -ENODEV.`)
}

function notListening({ event, scene, data }: Walk): Outcome | null {
  if (!event || scene.trial.heldBack(data, []).listening) return null
  return no(
    'not-listening',
    'cn_proc tells nobody: no socket has sent PROC_CN_MCAST_LISTEN to 1:1, or all have taken it back.',
  )
}

// ---- where it goes

function allPlaces(walk: Walk): Place[] {
  const places = walk.group === 0 ? [] : inGroup(walk)
  // The kernel's message goes to a group or to a port, that of a process to both.
  if (walk.group === 0 || walk.from !== null) places.push(toPort(walk))
  for (const { outcome } of places) walk.steps.push(outcome.sentence)
  return places
}

function inGroup({ scene, key, group, portid, from, data, event, steps }: Walk): Place[] {
  const members = scene.members(key, group)
  steps.push(`Group ${group} has ${members.length} ${members.length === 1 ? 'member' : 'members'}.`)
  const multicast: Multicast = {
    group,
    exclude: portid,
    sender: from?.id ?? 0,
    truesize: scene.truesize(data.length, false),
    event: event ? data : null,
    held: event ? scene.trial.heldBack(data, members).from : new Set<number>(),
  }
  return members.map((socket) => ({ socket, outcome: atMember(scene, socket, multicast) }))
}

function toPort(walk: Walk): Place {
  const { scene, key, portid, port, from, group, data } = walk
  if (portid === 0) return { socket: null, outcome: toKernel(walk) }
  const socket = from !== null && !from.bound && port === portid ? from : scene.bound(key, portid)
  if (socket === undefined) return { socket: null, outcome: nobodyAt(walk) }
  const plain = from !== null && group === 0
  return { socket, outcome: atPort(scene, socket, port, scene.truesize(data.length, plain)) }
}

function nobodyAt({ scene, key, portid }: Walk): Outcome {
  const elsewhere = scene.sockets.find((socket) => socket.bound && socket.portid === portid)
  const netns = key >>> 8
  const where = `protocol ${key & 0xff}${netns === 0 ? '' : ` in network namespace ${netns}`}`
  const hint =
    elsewhere === undefined
      ? ''
      : `; the ${nameOf(elsewhere)} is of protocol ${elsewhere.protocol} in network namespace ${elsewhere.netns}`
  return no('no-socket', `Nobody has port ${portid} of ${where}: ECONNREFUSED${hint}.`)
}

function toKernel({ scene, key, data, steps }: Walk): Outcome {
  const protocol = key & 0xff
  if (key >>> 8 !== 0) {
    return no(
      'no-kernel-socket',
      `Port 0 is the kernel, whose sockets are in the initial network namespace only: ECONNREFUSED.`,
    )
  }
  if (scene.hasKernelSocket(protocol) && scene.trial.takes(protocol)) {
    if (protocol === NETLINK_CONNECTOR) return toConnector(scene, data, steps)
    return yes('delivered', `The kernel socket of protocol ${protocol} takes it.`)
  }
  const why = scene.hasKernelSocket(protocol) ? 'a kernel socket without an input function' : 'no kernel socket'
  return no('no-kernel-socket', `Port 0 is the kernel, and protocol ${protocol} has ${why}: ECONNREFUSED.`)
}

// ---- the answer

/** What is told of several that it reaches: who surely gets it comes first. */
const BEST = ['delivered', 'callback', 'work-queue', 'filter']

function summary(walk: Walk, places: readonly Place[]): Outcome {
  const reached = places.filter(({ outcome }) => outcome.reaches)
  if (reached.length > 0) {
    const best = reached.map(({ outcome }) => outcome).sort((a, b) => BEST.indexOf(a.reason) - BEST.indexOf(b.reason))
    const [first] = best as [Outcome]
    return reached.length === 1 ? first : yes(first.reason, `It comes to ${reached.length} receivers.`)
  }
  const inGroup = places.filter(({ socket }) => walk.group !== 0 && socket !== null)
  if (walk.group !== 0 && inGroup.length === 0) return noListener(walk)
  return ((inGroup[0] ?? places[0]) as Place).outcome
}

function noListener({ scene, group, protocol, key }: Walk): Outcome {
  const elsewhere = scene.groups.find((one) => one.group === group && (one.key & 0xff) === protocol && one.key !== key)
  const hint = elsewhere === undefined ? '' : ` in its network namespace; there are in namespace ${elsewhere.key >>> 8}`
  return no('no-listener', `Nobody is a member of group ${group} of protocol ${protocol}${hint}.`)
}

function atReceiver(walk: Walk, receiver: SocketFacts, places: readonly Place[]): Outcome {
  const { key, protocol, group, portid } = walk
  const who = nameOf(receiver)
  if (receiver.protocol !== protocol)
    return no('protocol', `The ${who} is of protocol ${receiver.protocol}, and the message of protocol ${protocol}.`)
  if (receiver.key !== key)
    return no('namespace', `The ${who} is in network namespace ${receiver.netns}, and the message in ${key >>> 8}.`)
  const at = places.filter(({ socket }) => socket?.id === receiver.id).map(({ outcome }) => outcome)
  // The copy for its port comes last, and is the one that counts for who has that port.
  const outcome = at.find(({ reaches }) => reaches) ?? at.at(-1)
  if (outcome !== undefined) return outcome
  if (group === 0) {
    const to = portid === 0 ? 'the kernel (port 0)' : `port ${portid}`
    return no('other-port', `The message goes to ${to}, and to no group; that is not ${who}.`)
  }
  const groups = walk.scene.memberships(receiver)
  const has = groups.length === 0 ? 'of no group' : `of ${groups.join(', ')} only`
  return no('not-member', `The ${who} is no member of group ${group}; it is a member ${has}.`)
}
