// An option that does not exist is refused by its name, with those that do exist: a typing error must not pass for a default.
import { runInNewContext } from 'node:vm'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { Capture, PcapngWriter, playCapture } from '../../src/capture/index.js'
import { connect, serve } from '../../src/connector/index.js'
import {
  AF_NETLINK,
  boot,
  compile,
  LINUX_6,
  NETLINK_CONNECTOR,
  replay,
  restore,
  SOCK_DGRAM,
  selfCheck,
  simulate,
} from '../../src/index.js'
import { boot as bootSlim } from '../../src/slim.js'
import { connect as connectPort, serve as servePort } from '../../src/worker/index.js'

const ID = { idx: 5, val: 1 }
const BOOT = 'profile, seed, limits, module, groupLog, journal'
const LIMITS = 'memory, sockets, callbacks, tasks, timers, groups, namespaces'
const SPAWN = 'pid, uid, gid, caps, comm, netns'
const ADDRESS = 'nl_family, nl_pad, nl_pid, nl_groups'
const nothing = () => {}
const module = await compile()

/** What the tests give: `typo`, and whatever else is asked for. */
type Given = never
type Row = readonly [name: string, given: object, call: (given: Given) => unknown, message: string]

const spawn = () => boot().spawn()
const socket = () => spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
const client = () => {
  const kernel = boot()
  return connect(kernel, kernel.spawn())
}
const port = () => {
  const { port1 } = new MessageChannel()
  port1.close()
  return port1
}

const ROWS: readonly Row[] = [
  ['boot()', { sead: 1 }, (given) => boot(given), `options.sead is none of ${BOOT}`],
  ['boot() limits', { limits: { memry: 1 } }, (given) => boot(given), `limits.memry is none of ${LIMITS}`],
  [
    'boot() profile',
    { profile: { ...LINUX_6, dispach: 'workqueue' } },
    (given) => boot(given),
    'profile.dispach is none of name, dispatch, notifications, connectorGroups, truesize',
  ],
  [
    'boot() of slim, which has no journal',
    { module, journal: true },
    (given) => bootSlim(given),
    'options.journal is none of profile, seed, limits, module, groupLog',
  ],
  [
    'restore()',
    { callback: [] },
    (given) => restore(boot().snapshot(), given),
    'options.callback is none of callbacks, modules, module',
  ],
  [
    'replay()',
    { taps: 1 },
    (given) => replay(new Uint8Array(0), given),
    'options.taps is none of module, progress, tap',
  ],
  ['selfCheck()', { sead: 1 }, (given) => selfCheck(nothing, given), `options.sead is none of ${BOOT}`],
  [
    'simulate()',
    { seeds: 1, scenario: nothing, chekc: nothing },
    (given) => simulate(given),
    'options.chekc is none of seeds, scenario, check, options, decisions, stuck, throws, journal, trials, limit, progress',
  ],
  [
    'simulate() options of boot()',
    { seeds: 1, scenario: nothing, options: { seed: 5 } },
    (given) => simulate(given),
    'options.options.seed is none of profile, limits, module, groupLog',
  ],
  ['spawn()', { uidd: 5 }, (given) => boot().spawn(given), `options.uidd is none of ${SPAWN}`],
  ['fork()', { pidd: 5 }, (given) => spawn().fork(given), 'options.pidd is none of pid'],
  ['bind()', { nl_group: 1 }, (given) => socket().bind(given), `addr.nl_group is none of ${ADDRESS}`],
  ['connect() of a socket', { pid: 1 }, (given) => socket().connect(given), `addr.pid is none of ${ADDRESS}`],
  ['sendto()', { pid: 7 }, (given) => socket().sendto(new Uint8Array(4), 0, given), `addr.pid is none of ${ADDRESS}`],
  [
    'sendmsg(), its name',
    { pid: 7 },
    (given) => socket().sendmsg({ iov: [new Uint8Array(4)], name: given }),
    `addr.pid is none of ${ADDRESS}`,
  ],
  ['inject()', { port: 1 }, (given) => boot().inject(2, new Uint8Array(0), given), 'to.port is none of portid, group'],
  ['waiting()', { timeout: 1 }, (given) => boot().waiting(nothing, given), 'options.timeout is none of signal'],
  ['sleep()', { timeout: 1 }, (given) => boot().clock.sleep(1, given), 'options.timeout is none of signal'],
  [
    'follow()',
    { sped: 1 },
    (given) => boot().clock.follow(given),
    'options.sped is none of speed, interval, longest, onError',
  ],
  [
    'schedule.policy',
    { seed: 1, decision: [] },
    (given) => Object.assign(boot().schedule, { policy: given }),
    'policy.decision is none of seed, decisions',
  ],
  [
    'faults.add()',
    { action: 'drop', time: 1 },
    (given) => boot().faults.add(given),
    'rule.time is none of action, when, ms, skip, times, probability, guard',
  ],
  [
    'faults.add() when',
    { action: 'drop', when: { groups: 1 } },
    (given) => boot().faults.add(given),
    'when.groups is none of protocol, portid, group, to, id',
  ],
  [
    'faults.add() when.id',
    { action: 'drop', when: { id: { index: 1 } } },
    (given) => boot().faults.add(given),
    'when.id.index is none of idx, val',
  ],
  [
    'faults.failslab()',
    { probabilty: 1 },
    (given) => boot().faults.failslab(given),
    'knobs.probabilty is none of probability, interval, times, space',
  ],
  [
    'explain()',
    { data: new Uint8Array(0), too: {} },
    (given) => boot().explain(given),
    'question.too is none of from, protocol, data, to, receiver',
  ],
  [
    'explain() to',
    { data: new Uint8Array(0), to: { portid: 1 } },
    (given) => boot().explain(given),
    'to.portid is none of nl_pid, nl_groups, group',
  ],
  [
    'connect()',
    { group: [5] },
    (given) => {
      const kernel = boot()
      return connect(kernel, kernel.spawn(), given)
    },
    'options.group is none of groups, portid, losses, sequence, maxQueued, keepPendingOnLoss, firstSequence',
  ],
  [
    'serve()',
    { onerror: nothing },
    (given) => serve(boot(), ID, () => undefined, given),
    'options.onerror is none of name, onError, maxPending',
  ],
  [
    'request()',
    { timeOut: 1 },
    (given) => client().request(ID, new Uint8Array(0), given),
    'options.timeOut is none of timeout, signal, portid',
  ],
  [
    'send() of a client',
    { groups: 1 },
    (given) => client().send(ID, new Uint8Array(0), given),
    'options.groups is none of portid, group',
  ],
  ['messages()', { timeout: 1 }, (given) => client().messages(given), 'options.timeout is none of signal'],
  [
    'broadcast()',
    { portid: 1 },
    (given) => serve(boot(), ID, () => undefined).broadcast(new Uint8Array(0), given),
    'options.portid is none of group',
  ],
  [
    'idle() of a service',
    { timeout: 1 },
    (given) => serve(boot(), ID, () => undefined).idle(given),
    'options.timeout is none of signal',
  ],
  ['PcapngWriter', { keeps: false }, (given) => new PcapngWriter(given), 'options.keeps is none of keep'],
  ['Capture', { keeps: false }, (given) => new Capture(boot(), given), 'options.keeps is none of keep'],
  ['playCapture()', { into: nothing }, (given) => playCapture(boot(), [], given), 'options.into is none of to'],
  [
    'serve() of a port',
    { limit: {} },
    (given) => servePort(boot(), port(), given),
    `options.limit is none of uid, gid, caps, pid, comm, netns, limits, callbacks, heartbeat, onError`,
  ],
  [
    'serve() of a port: limits',
    { limits: { socket: 1 } },
    (given) => servePort(boot(), port(), given),
    'limits.socket is none of sockets, receiveBytes, memberships, calls, callBytes, bytesInFlight, ringBytes, callbacks, callbackMessages',
  ],
  [
    'connect() to a port',
    { timeout: 1 },
    (given) => connectPort(port(), given),
    'options.timeout is none of signal, maxQueued, silence, onError',
  ],
]

test.each(ROWS)('%s refuses an unknown option', async (_name, given, call, message) => {
  await expect(async () => call(given as Given)).rejects.toThrow(new TypeError(message))
})

describe('what is inherited', () => {
  class Settings {
    get uid() {
      return 5
    }
    get helper() {
      return 'of the class'
    }
  }

  test('is read, and may have any name', () => {
    const kernel = boot()
    kernel.spawn(new Settings())
    expect(kernel.inspect().tasks.map(({ uid }) => uid)).toEqual([5])
  })

  test('may have no enumerable names of its own', () => {
    const options = Object.defineProperty({ uid: 6 }, 'helper', { value: 1, enumerable: false })
    expect(() => boot().spawn(options)).not.toThrow()
  })
})

describe('what is no plain object', () => {
  test.each<[string, object, (given: Given) => unknown, string]>([
    ['an AbortSignal', AbortSignal.abort(), (given) => boot().clock.sleep(1, given), 'options has none of signal'],
    ['an array', [], (given) => boot().waiting(nothing, given), 'options has none of signal'],
    ['a date', new Date(), (given) => boot().spawn(given), `options has none of ${SPAWN}`],
  ])('has an option at least: %s', async (_name, given, call, message) => {
    await expect(async () => call(given as Given)).rejects.toThrow(new TypeError(message))
  })

  test('may have no parent at all, or one of another realm', () => {
    for (const options of [Object.create(null), runInNewContext('({})')]) {
      expect(() => boot().spawn(options)).not.toThrow()
    }
  })
})
