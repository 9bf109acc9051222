// The tap: what the machine tells of messages on their way, put together into one event for each message and each receive.
//
// A callback may send while its message is on its way. Events are held back until the outermost message has ended, and are told in
// the order in which they began.

import { TAP_VERDICTS } from '../api/tap.js'
import type { Creds, Removable, TapDelivery, TapEvent, TapMessage, TapReceive, TapVerdict } from '../api.js'
import { errorOf, LAYOUT, type Machine } from '../machine/index.js'
import { asFunction } from '../user/index.js'
import { messageWords, readComm, readSocketName } from './facts.js'
import { looking, readTime } from './looking.js'
import type { Watch } from './watch.js'

type Listener = (event: TapEvent) => void
type Draft = { -readonly [K in keyof TapMessage]: TapMessage[K] } & { readonly deliveries: TapDelivery[] }

interface Attached {
  readonly listener: Listener
  /** It hears of events from this one on. */
  readonly from: number
}

const KERNEL = { portid: 0, socket: 0, pid: 0, comm: '' }

export class Tap {
  readonly #machine: Machine
  readonly #watch: Watch
  #attached: readonly Attached[] = []
  /** Messages that are on their way, outermost first. */
  #open: Draft[] = []
  /** Events that are held back; the first one has this number. */
  #held: TapEvent[] = []
  #firstHeld = 0
  /** Names of processes, read when they are needed; a message that begins or ends may change them. */
  readonly #names = new Map<number, string>()

  constructor(machine: Machine, watch: Watch) {
    this.#machine = machine
    this.#watch = watch
    machine.onTap = (message, code) => this.#told(message, code)
  }

  /**
   * Has a function told of every message that begins from now on, and every receive.
   * @throws TypeError for anything but a function
   */
  add(listener: Listener): Removable {
    const one = { listener: asFunction(listener, 'listener'), from: this.#firstHeld + this.#held.length }
    this.#attached = [...this.#attached, one]
    if (this.#attached.length === 1) this.#watch.setTap(true)
    const remove = () => this.#remove(one)
    return { remove, [Symbol.dispose]: remove }
  }

  // What is on its way is forgotten with the last listener: its end will not be told.
  #remove(one: Attached): void {
    if (!this.#attached.includes(one)) return
    this.#attached = this.#attached.filter((other) => other !== one)
    if (this.#attached.length > 0) return
    this.#watch.setTap(false)
    this.#open = []
    this.#firstHeld += this.#held.length
    this.#held = []
  }

  #told(message: number, code: number): void {
    const words = [0, 1, 2, 3].map((index) => this.#machine.word(LAYOUT.WORD_WATCH + index)) as [
      number,
      number,
      number,
      number,
    ]
    if (code !== LAYOUT.TAP_DELIVERY) this.#names.clear()
    looking(this.#machine, () => {
      if (code === LAYOUT.TAP_BEGIN) this.#begin(message, words)
      else if (code === LAYOUT.TAP_DELIVERY) this.#open.at(-1)?.deliveries.push(this.#delivery(words[0], words[1]))
      else if (code === LAYOUT.TAP_RECEIVE) this.#held.push(this.#receive(message, words[0], words[1] | 0))
      else this.#end(words[0] | 0)
    })
    if (this.#open.length === 0 && this.#held.length > 0) this.#tell()
  }

  #begin(message: number, [key, portid, group, sender]: readonly [number, number, number, number]): void {
    const machine = this.#machine
    const { number, portid: from, length } = messageWords(machine, message)
    const draft: Draft = {
      kind: 'message',
      time: readTime(machine),
      number,
      protocol: key & 0xff,
      data: machine.messageBytes(message, length).slice(),
      portid: from,
      creds: this.#creds(message),
      comm: sender === 0 ? '' : this.#comm(readSocketName(machine, sender).pid),
      to: { portid, group },
      result: 0,
      deliveries: [],
    }
    this.#open.push(draft)
    this.#held.push(draft)
  }

  #comm(pid: number): string {
    const known = this.#names.get(pid)
    if (known !== undefined) return known
    const comm = readComm(this.#machine, pid)
    this.#names.set(pid, comm)
    return comm
  }

  #creds(message: number): Creds {
    const readers = this.#machine.readers()
    readers.openSkb(message)
    const creds = { ...readers.nsp.creds }
    readers.close()
    return creds
  }

  #delivery(sock: number, verdict: number): TapDelivery {
    const named = TAP_VERDICTS[verdict] as TapVerdict
    if (sock === 0) return { ...KERNEL, verdict: named }
    const { portid, id, pid } = readSocketName(this.#machine, sock)
    return { portid, socket: id, pid, comm: this.#comm(pid), verdict: named }
  }

  // A tap that was attached in the middle of a message hears of its end only.
  #end(result: number): void {
    const draft = this.#open.pop()
    if (draft !== undefined) draft.result = result
  }

  #receive(message: number, sock: number, result: number): TapReceive {
    const machine = this.#machine
    const { protocol, id, portid, pid } = readSocketName(machine, sock)
    const described = message === 0 ? { number: 0, portid: 0, length: 0 } : messageWords(machine, message)
    return {
      kind: 'receive',
      time: readTime(machine),
      number: described.number,
      protocol,
      socket: id,
      portid,
      pid,
      comm: this.#comm(pid),
      from: described.portid,
      length: described.length,
      result,
    }
  }

  // One listener that throws does not keep the others from hearing it.
  #tell(): void {
    const events = this.#held
    const first = this.#firstHeld
    this.#firstHeld += events.length
    this.#held = []
    const errors: unknown[] = []
    events.forEach((event, index) => {
      for (const one of this.#attached) {
        // Who was removed meanwhile hears nothing more.
        if (one.from > first + index || !this.#attached.includes(one)) continue
        try {
          one.listener(event)
        } catch (error) {
          errors.push(error)
        }
      }
    })
    if (errors.length > 0) throw errorOf(errors, 'listeners')
  }
}
