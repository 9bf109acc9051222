// Faults to order: rules about messages, asked where the machine delivers, and the knobs of allocations that fail.

import type {
  Failslab,
  FaultAction,
  FaultMatch,
  FaultMessage,
  FaultRule,
  FaultRuleInit,
  Faults as FaultsInterface,
  Socket as SocketInterface,
} from '../api.js'
import { LAYOUT, type Machine } from '../machine/index.js'
import { type CbId, NETLINK_CONNECTOR, u32 } from '../uapi/index.js'
import { asFunction, asInteger, asNumber, asOptions, asText, Socket } from '../user/index.js'
import { idOf } from './facts.js'
import { looking } from './looking.js'
import type { Watch } from './watch.js'

const ACTIONS: readonly FaultAction[] = ['pass', 'drop', 'delay', 'fail']
/** The machine takes milliseconds as a number above its other answers. */
const MOST_MS = 0xffffffff - LAYOUT.FAULT_DELAY
const OFF: Failslab = { probability: 0, interval: 1, times: 1, space: 0 }
/** The words of stats() that tell of failslab. */
const STATS_ALLOCATIONS = 17
const STATS_FAILED = 18
const DRAWS = 2 ** 32

/** A rule that was looked at, so that nothing can be wrong with it when it is asked. */
interface Rule {
  readonly action: FaultAction
  readonly agrees: (message: FaultMessage) => boolean
  readonly answer: number
  readonly skip: number
  readonly times: number
  readonly probability: number
  readonly guard: () => boolean
}

/** How often a rule was meant, and how often it acted. */
interface Count {
  met: number
  hits: number
}

/** Rules with their counts, and whether the machine asks: what belongs to a snapshot. */
export interface SavedFaults {
  readonly rules: readonly { readonly rule: Rule; readonly met: number; readonly hits: number }[]
  readonly asked: boolean
}

/** Where the machine asks. */
interface Place {
  /** Nobody is chosen yet. */
  readonly early: boolean
  /** Linux could lose the message here. */
  readonly losable: boolean
}

export class Faults implements FaultsInterface {
  readonly #machine: Machine
  readonly #watch: Watch
  /** In the order of asking. A list is never changed, only replaced: a predicate may remove its own rule. */
  #rules: readonly Rule[] = []
  readonly #counts = new WeakMap<Rule, Count>()

  constructor(machine: Machine, watch: Watch) {
    this.#machine = machine
    this.#watch = watch
    machine.onFault = (message, flags) => this.#asked(message, flags)
  }

  /**
   * Adds a rule behind the others. A message is asked about once before anybody is chosen, where "fail" can act, and once at each
   * receiver, where "drop" and "delay" can. Each rule that can act there is looked at in turn: `when`, `guard`, then `skip`, `times`
   * and `probability`; the first one that all of them let act decides. "pass" can act where a rule behind it could: it keeps those
   * from being asked. `ms` is rounded up to whole milliseconds; a message that cannot wait (no memory for a timer) comes at once.
   *
   * @throws TypeError, RangeError for a rule that makes no sense
   */
  add(rule: FaultRuleInit): FaultRule {
    const one = checkRule(rule)
    const count = { met: 0, hits: 0 }
    this.#watch.setFaults(true)
    this.#counts.set(one, count)
    this.#rules = [...this.#rules, one]
    const remove = () => this.#replace(this.#rules.filter((other) => other !== one))
    return {
      get hits() {
        return count.hits
      },
      remove,
      [Symbol.dispose]: remove,
    }
  }

  // Where the machine asks its rules no call can be made: an empty list answers as quickly as none.
  #replace(rules: readonly Rule[]): void {
    this.#rules = rules
    if (rules.length === 0 && !this.#asking && !this.#machine.halted) this.#watch.setFaults(false)
  }

  clear(): void {
    this.#replace([])
    this.#setFailslab(OFF)
  }

  /**
   * Sets Linux's knobs. Whatever was counted or left of the old ones is forgotten.
   * @throws TypeError, RangeError with the name of the knob
   */
  failslab(knobs: Partial<Failslab>): void {
    asOptions(knobs, 'knobs', OFF)
    const given = (name: keyof Failslab, least: number, most: number) =>
      asInteger(knobs[name] ?? OFF[name], name, least, most)
    this.#setFailslab({
      probability: given('probability', 0, 100),
      interval: given('interval', 1, 0xffffffff),
      times: given('times', -1, 0x7fffffff),
      space: given('space', 0, 0xffffffff),
    })
  }

  #setFailslab({ probability, interval, times, space }: Failslab): void {
    this.#machine.abi.set_failslab(probability, interval, times, space)
  }

  get failed(): number {
    return this.#stat(STATS_FAILED)
  }

  get allocations(): number {
    return this.#stat(STATS_ALLOCATIONS)
  }

  #stat(word: number): number {
    const machine = this.#machine
    return looking(machine, () => {
      machine.raw.stats()
      return machine.listWord(word)
    })
  }

  /**
   * A socket overruns now.
   * @throws TypeError for what is no socket of this kernel, SystemError EBADF for a closed one
   */
  overrun(socket: SocketInterface): void {
    this.#machine.abi.socket_overrun(Socket.reference(this.#machine, socket, 'socket'))
    this.#machine.settle()
  }

  /** The rules and their counts, to be put back by restore() when time goes backwards. */
  save(): SavedFaults {
    return { rules: this.#rules.map((rule) => ({ rule, ...this.#count(rule) })), asked: this.#watch.faults }
  }

  /** Puts the rules back; those that were added since are gone, and those that were removed are back. */
  restore({ rules, asked }: SavedFaults): void {
    this.#rules = rules.map(({ rule }) => rule)
    for (const { rule, met, hits } of rules) Object.assign(this.#count(rule), { met, hits })
    this.#watch.restoreFaults(asked)
  }

  #count(rule: Rule): Count {
    return this.#counts.get(rule) as Count
  }

  // ---- asked by the machine

  #asking = false

  #asked(skb: number, flags: number): number {
    const place = { early: (flags & LAYOUT.FAULT_MESSAGE) !== 0, losable: (flags & LAYOUT.FAULT_LOSABLE) !== 0 }
    const rules = this.#rules
    this.#asking = true
    try {
      const message = this.#message(skb, place)
      const acts = rules.find((rule, at) => canAct(rules, at, place) && this.#acts(rule, message))
      return acts?.answer ?? 0
    } finally {
      this.#asking = false
    }
  }

  #message(skb: number, { early }: Place): FaultMessage {
    const machine = this.#machine
    const word = (index: number) => machine.word(LAYOUT.WORD_WATCH + index)
    const protocol = word(0) & 0xff
    const data = machine.messageBytes(skb, machine.messageLength(skb))
    const readers = machine.readers()
    readers.openSkb(skb)
    const { portid } = readers.nsp
    readers.close()
    const id = protocol === NETLINK_CONNECTOR ? idOf(data) : null
    return { protocol, portid, group: word(1), to: early ? null : word(2), id, data }
  }

  #acts(rule: Rule, message: FaultMessage): boolean {
    if (!rule.agrees(message) || !rule.guard()) return false
    const count = this.#count(rule)
    count.met += 1
    if (count.met <= rule.skip || count.hits >= rule.times) return false
    if (rule.probability < 1 && this.#machine.faultRandom() >= rule.probability * DRAWS) return false
    count.hits += 1
    return true
  }
}

// Whether a rule can change anything there; one that says "pass" does if one behind it could.
function canAct(rules: readonly Rule[], at: number, place: Place): boolean {
  const { action } = rules[at] as Rule
  if (action === 'pass') return rules.some((_, behind) => behind > at && canAct(rules, behind, place))
  if (action === 'fail') return place.early
  return !place.early && (action === 'delay' || place.losable)
}

function checkRule(rule: FaultRuleInit): Rule {
  const { action, when, ms, skip, times, probability, guard } = asOptions(rule, 'rule', {
    action: 1,
    when: 1,
    ms: 1,
    skip: 1,
    times: 1,
    probability: 1,
    guard: 1,
  })
  asText(action, 'action')
  if (!ACTIONS.includes(action)) throw new RangeError(`action must be one of ${ACTIONS.join(', ')}, not ${action}`)
  if (action !== 'delay' && ms !== undefined) throw new TypeError('ms goes with the action "delay" only')
  return {
    action,
    agrees: typeof when === 'function' ? when : matcher(when),
    answer: action === 'delay' ? LAYOUT.FAULT_DELAY + milliseconds(ms) : action === 'pass' ? 0 : LAYOUT.FAULT_LOST,
    skip: skip === undefined ? 0 : asInteger(skip, 'skip', 0, Number.MAX_SAFE_INTEGER),
    times: times === undefined ? Number.POSITIVE_INFINITY : asInteger(times, 'times', 0, Number.MAX_SAFE_INTEGER),
    probability: probability === undefined ? 1 : within(probability, 'probability', 1),
    guard: guard === undefined ? () => true : asFunction(guard, 'guard'),
  }
}

function milliseconds(ms: number | undefined): number {
  if (ms === undefined) throw new TypeError('ms must be given with the action "delay"')
  return Math.ceil(within(ms, 'ms', MOST_MS))
}

function within(value: number, name: string, most: number): number {
  asNumber(value, name)
  if (!(value >= 0 && value <= most)) throw new RangeError(`${name} must be a number from 0 to ${most}, not ${value}`)
  return value
}

// Numbers are taken as everywhere: -1 is 4294967295.
function matcher(match: FaultMatch | undefined): (message: FaultMessage) => boolean {
  if (match === undefined) return () => true
  const { id, ...rest } = asOptions(match, 'when', { protocol: 1, portid: 1, group: 1, to: 1, id: 1 })
  const plain = Object.entries(rest).filter(([, value]) => value !== undefined)
  const wanted = plain.map(([name, value]) => [name as 'protocol', u32(value, `when.${name}`)] as const)
  const ids = id === undefined ? [] : idParts(id)
  return (message) =>
    wanted.every(([name, value]) => message[name] === value) &&
    ids.every(([name, value]) => message.id?.[name] === value)
}

function idParts(id: Partial<CbId>): (readonly ['idx' | 'val', number])[] {
  const { idx, val } = asOptions(id, 'when.id', { idx: 1, val: 1 })
  const parts: (readonly ['idx' | 'val', number])[] = []
  if (idx !== undefined) parts.push(['idx', u32(idx, 'when.id.idx')])
  if (val !== undefined) parts.push(['val', u32(val, 'when.id.val')])
  return parts
}
