// What the comments of a captured message say: who sent it, where to, what became of it, what the call answered.

import type { TapDelivery, TapMessage, TapVerdict } from '../api.js'
import { EAGAIN, errnoName } from '../uapi/index.js'
import { destination, portNames, taskName, VERDICTS } from './words.js'

/** So many ports of one verdict are named: a comment must not become longer than the format allows. */
const MOST_PORTS = 64
const KERNEL = 'the kernel'

/** What became of it at these receivers, and why. */
const PHRASES: Readonly<Record<Exclude<TapVerdict, 'handled'>, (ports: string) => string>> = {
  queued: (ports) => `delivered to ${ports}`,
  delayed: (ports) => `delayed on its way to ${ports} by a fault rule`,
  'no-room': (ports) => `lost by ${ports}: no room`,
  congested: (ports) => `lost by ${ports}: congested`,
  'no-memory': (ports) => `lost by ${ports}: no memory`,
  refused: (ports) =>
    `refused by ${ports}: ${ports === KERNEL ? 'nobody takes it there' : 'connected to another port'}`,
  filtered: (ports) => `filtered out for ${ports}`,
  dropped: (ports) => `lost by ${ports}: dropped by a fault rule`,
}

/**
 * The comments of a message that was sent, four of them, each a line:
 * "from NAME[PID], port N" or "from the kernel"; "to ..."; "delivered to ports 5, 7; lost by port 9: no room"; "result: ...".
 */
export function remarksOn(event: TapMessage): string[] {
  const { portid, comm, creds, result } = event
  return [
    portid === 0 ? `from ${KERNEL}` : `from ${taskName(comm, creds.pid)}, port ${portid}`,
    `to ${destination(event, KERNEL)}`,
    fate(event),
    `result: ${result < 0 ? `-${errnoName(result)}` : result}`,
  ]
}

function fate(event: TapMessage): string {
  const parts = VERDICTS.flatMap((verdict) => {
    const deliveries = event.deliveries.filter((delivery) => delivery.verdict === verdict)
    if (verdict === 'handled') return deliveries.length === 0 ? [] : [`handled by ${KERNEL}`]
    // A sender that is told EAGAIN keeps its message: it may try again.
    const [kept, others] = parted(deliveries, (delivery) => verdict === 'no-room' && isKept(event, delivery))
    const phrases = others.length === 0 ? [] : [PHRASES[verdict](ports(others))]
    return kept.length === 0 ? phrases : [...phrases, `not taken by ${ports(kept)}: no room`]
  })
  return parts.length === 0 ? 'reached nobody' : parts.join('; ')
}

function isKept({ to, result }: TapMessage, { portid }: TapDelivery): boolean {
  return result === -EAGAIN && portid === to.portid
}

function parted<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))]
}

function ports(deliveries: readonly TapDelivery[]): string {
  const portids = deliveries.map(({ portid }) => portid)
  return portNames(portids, MOST_PORTS, KERNEL)
}
