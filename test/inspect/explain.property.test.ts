// Whatever has happened before: what explain() says of a message is what then happens to it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ExplainQuestion, TapDelivery, TapEvent, TapMessage } from '../../src/api.js'
import { NETLINK_CONNECTOR } from '../../src/index.js'
import { encodeConnectorMessage } from '../../src/uapi/index.js'
import { scenario } from '../model/arbitrary.js'
import {
  type Answer,
  bytesOf,
  type Call,
  dataOf,
  idAt,
  MODULE_PROTOCOL,
  type PortName,
  type Side,
} from '../model/calls.js'
import { Real } from '../model/real.js'

const perform = (side: Side, call: Call): Answer => (side[call.do] as (call: Call) => Answer).call(side, call)

/** What is asked before a call that sends; null for other calls. */
function questionOf(real: Real, call: Call): ExplainQuestion | null {
  const portOf = (name: PortName) => {
    if (name.of === 'number') return name.number
    if (name.of === 'task') return real.tasks[name.index % real.tasks.length]?.pid ?? 0
    return real.sockets[name.index % real.sockets.length]?.socket.getsockname().nl_pid ?? 0
  }
  if (call.do === 'send' || call.do === 'sendto') {
    const from = real.sockets[call.sock % real.sockets.length]?.socket
    if (from === undefined) return null
    const data = bytesOf(call.payload)
    return call.do === 'send'
      ? { from, data }
      : { from, data, to: { nl_pid: portOf(call.port), nl_groups: call.groups } }
  }
  if (call.do === 'unicast')
    return { protocol: MODULE_PROTOCOL, data: dataOf(call.size), to: { nl_pid: portOf(call.portid) } }
  // Group 0 is none: there is no such question.
  if (call.do === 'broadcast') {
    if (call.group === 0) return null
    const to = { nl_pid: portOf(call.portid), group: call.group }
    return { protocol: MODULE_PROTOCOL, data: dataOf(call.size), to }
  }
  if (call.do !== 'cnSend' || call.old) return null
  const [nl_pid, group] = [portOf(call.portid), call.group]
  const data = encodeConnectorMessage({ id: idAt(call.id), data: dataOf(call.data) })
  const padded = new Uint8Array((data.length + 3) & ~3)
  padded.set(data)
  return { protocol: NETLINK_CONNECTOR, data: padded, ...((nl_pid !== 0 || group !== 0) && { to: { nl_pid, group } }) }
}

/** A verdict in the words of reasons. */
const REASONS: Readonly<Record<string, string>> = {
  queued: 'delivered',
  'no-room': 'full',
  congested: 'congested',
  refused: 'connected',
}

function explained(real: Real, call: Call): { seen: object; said: object; reason: string } | null {
  const question = questionOf(real, call)
  if (question === null) return null
  const sockets = real.sockets.map(({ socket }) => socket)
  const all = real.kernel.explain(question)
  const each = sockets.map((receiver) => ({
    id: real.kernel.socketId(receiver),
    ...real.kernel.explain({ ...question, receiver }),
  }))
  const events: TapEvent[] = []
  const { work } = real.kernel.stats()
  const tap = real.kernel.tap((event) => events.push(event))
  real.look()
  perform(real, { ...call, times: 1 } as Call)
  tap.remove()
  const { heard } = real.look() as { heard: unknown[] }
  const first = events.find((event) => event.kind === 'message') as TapMessage | undefined
  const deliveries = first?.deliveries ?? []
  // The connector says "handled" of what it drops, too.
  const taken =
    deliveries.some(({ verdict }) => verdict === 'handled') && (heard.length > 0 || real.kernel.stats().work > work)
  const queued = ({ verdict }: TapDelivery) => verdict === 'queued'
  const seen = {
    all: taken || deliveries.some(queued),
    each: sockets.map((receiver) => {
      const id = real.kernel.socketId(receiver)
      const last = deliveries.filter(({ socket }) => socket === id).at(-1)
      return { id, reason: last === undefined ? 'nothing' : REASONS[last.verdict] }
    }),
  }
  const reasons = new Set(Object.values(REASONS))
  const said = {
    all: all.reaches,
    each: each.map(({ id, reason }) => ({ id, reason: reasons.has(reason) ? reason : 'nothing' })),
  }
  return { seen, said, reason: all.reason }
}

test('over random histories, for unicasts and multicasts, of tasks and of the kernel', () => {
  const reasons = new Map<string, number>()
  fc.assert(
    fc.property(scenario, ({ profile, seed, calls }) => {
      const real = new Real(profile, seed)
      calls.forEach((call, at) => {
        const one = explained(real, call)
        if (one === null) perform(real, call)
        else {
          expect(one.said, `call ${at}: ${JSON.stringify(call)}`).toEqual(one.seen)
          reasons.set(one.reason, (reasons.get(one.reason) ?? 0) + 1)
        }
      })
      expect(real.kernel.halt()).toBe(0)
    }),
    { numRuns: 30, seed: 11 },
  )
  // The histories do meet these: else agreement would show little.
  for (const reason of [
    'delivered',
    'callback',
    'no-socket',
    'no-listener',
    'privilege',
    'full',
    'unregistered',
    'length',
  ]) {
    expect(reasons.get(reason), reason).toBeGreaterThan(0)
  }
})
