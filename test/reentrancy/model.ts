// What the rules say about a sequence: who is registered, who listens, who has asked, and so which function runs when.
import { type Act, Boom, Side } from './acts.js'

const [ENOENT, ESRCH, EBADF, EEXIST, ENODEV, EINVAL, ECONNREFUSED] = [-2, -3, -9, -17, -19, -22, -111]
const LENGTH = 36

interface Listener {
  open: boolean
  queued: number
}

type Asked = 'own' | 'late'

export class Model extends Side {
  readonly registered = new Map<string, object>([
    ['main', {}],
    ['other', {}],
  ])
  readonly s: Listener = { open: true, queued: 0 }
  readonly l: Listener = { open: true, queued: 0 }
  readonly opened: Listener[] = []
  /** Who is told of ids of index 5, in order. */
  asked: { readonly kind: Asked }[] = []
  alive = true
  loaded = false
  pending = false
  printed = 0
  work: (object | undefined)[] = []

  constructor(
    readonly dispatch: 'send' | 'workqueue',
    readonly notifier: boolean,
  ) {
    super()
  }

  get members(): Listener[] {
    return [this.s, this.l, ...this.opened].filter((one) => one.open)
  }

  toGroup(): number {
    if (this.members.length === 0) return ESRCH
    for (const one of this.members) one.queued++
    return 0
  }

  /** Everybody hears it who had asked before; what one of them throws comes out at the end. */
  announce(id: string, gone: boolean): void {
    let thrown = false
    for (const one of [...this.asked]) {
      if (!this.asked.includes(one)) continue
      try {
        if (one.kind === 'own') this.enter('notice', `:${id}:${gone ? 1 : 0}`)
        else this.log.push(`late:${id}:${gone ? 1 : 0}`)
      } catch {
        thrown = true
      }
    }
    if (thrown) throw new Boom()
  }

  add(id: string): number {
    if (this.registered.has(id)) return EINVAL
    this.registered.set(id, {})
    if (id !== 'mod') this.announce(id, false)
    return 0
  }

  delete(id: string): number {
    const one = this.registered.get(id)
    if (one === undefined) return 0
    this.registered.delete(id)
    this.work = this.work.filter((other) => other !== one)
    if (id !== 'mod') this.announce(id, true)
    return 0
  }

  close(one: Listener): number {
    if (!one.open) return EBADF
    one.open = false
    if (this.notifier) this.enter('release')
    return 0
  }

  /** A process sends to the main id. */
  send(): number {
    const main = this.registered.get('main')
    if (main === undefined) return LENGTH
    if (this.dispatch === 'send') this.enter('main')
    else this.work.push(main)
    return LENGTH
  }

  idle(): void {
    let thrown = false
    while (this.work.length > 0) {
      this.work.shift()
      try {
        this.enter('main')
      } catch {
        thrown = true
      }
    }
    if (thrown) throw new Boom()
  }

  #exit(): number {
    if (!this.alive) return ESRCH
    this.alive = false
    if (this.s.open) this.close(this.s)
    return 0
  }

  #module(load: boolean): number {
    if (load === this.loaded) return load ? EEXIST : ENOENT
    this.loaded = load
    return load ? this.add('mod') : this.delete('mod')
  }

  #timer(arm: boolean): number {
    const was = this.pending ? 1 : 0
    this.pending = arm
    return was
  }

  #reply(): number {
    if (!this.s.open) return ECONNREFUSED
    this.s.queued++
    return LENGTH
  }

  #note(change: () => unknown): number {
    change()
    return 0
  }

  act(act: Exclude<Act, 'throw'>): number {
    switch (act) {
      case 'group':
        return this.toGroup()
      case 'reply':
        return this.#reply()
      case 'byId':
        return this.registered.has('main') ? this.toGroup() : ENODEV
      case 'add':
        return this.add('third')
      case 'addOwn':
        return this.add('main')
      case 'delOwn':
        return this.delete('main')
      case 'delOther':
        return this.delete('other')
      case 'open':
        return this.#note(() => this.opened.push({ open: true, queued: 0 }))
      case 'closeS':
        return this.close(this.s)
      case 'closeL':
        return this.close(this.l)
      case 'exitS':
        return this.#exit()
      case 'ask':
        return this.#note(() => this.asked.push({ kind: 'own' }))
      case 'unask':
        return this.#note(() => (this.asked = this.asked.filter(({ kind }) => kind !== 'own')))
      case 'insmod':
      case 'rmmod':
        return this.#module(act === 'insmod')
      case 'printk':
        return this.#note(() => this.printed++)
      case 'arm':
      case 'disarm':
        return this.#timer(act === 'arm')
      case 'nested':
        return this.send()
    }
  }

  /** What is left at the end. */
  get rest(): unknown {
    const queues = [this.s, this.l, ...this.opened].map(({ open, queued }) => (open ? queued : 'closed'))
    return { queues, registered: [...this.registered.keys()].sort(), printed: this.printed, pending: this.pending }
  }
}
