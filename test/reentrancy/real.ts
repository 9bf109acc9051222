// The kernel itself, with everything that the acts need.
import type { Kernel, KernelSocket, Socket, Task, Timer } from '../../src/api.js'
import { DEFAULT_PROFILE, Kernel as Machine } from '../../src/kernel/index.js'
import {
  AF_NETLINK,
  type CbId,
  encodeConnectorMessage,
  GFP_ATOMIC,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CONNECTOR,
  SOCK_RAW,
  SOL_NETLINK,
} from '../../src/uapi/index.js'
import { SystemError } from '../../src/user/index.js'
import { type Act, Side } from './acts.js'

export const UNIT = 20
const GROUP = 5
export const NAMES: Readonly<Record<string, CbId>> = {
  main: { idx: GROUP, val: 1 },
  other: { idx: GROUP, val: 2 },
  third: { idx: GROUP, val: 3 },
  ninth: { idx: GROUP, val: 9 },
  mod: { idx: 7, val: 1 },
}
const id = (name: string) => NAMES[name] as CbId
const nameOf = ({ idx, val }: CbId) =>
  Object.keys(NAMES).find((name) => id(name).idx === idx && id(name).val === val) ?? '?'
const MESSAGE = encodeConnectorMessage({ id: id('main') })
const REQUEST = { idx: [{ first: GROUP, range: 1 }], val: [{ first: 0, range: -1 }], group: 6 }

/** What a call gives, 0 for nothing, or -errno. */
export function outcome(call: () => unknown): number {
  try {
    const result = call()
    return typeof result === 'number' ? result : 0
  } catch (error) {
    if (error instanceof SystemError) return error.errno
    throw error
  }
}

export class Real extends Side {
  readonly kernel: Kernel
  readonly owner: Task
  readonly s: Socket
  readonly l: Socket
  readonly n: Socket
  readonly opened: Socket[] = []
  readonly timer: Timer
  #ksock: KernelSocket | undefined
  readonly #sTask: Task
  readonly #sPort: number

  constructor(dispatch: 'send' | 'workqueue', notifier: boolean) {
    super()
    this.kernel = Machine.boot({ profile: { ...DEFAULT_PROFILE, dispatch }, limits: { memory: 512 * 1024 } })
    this.owner = this.kernel.spawn()
    this.#sTask = this.kernel.spawn()
    this.s = this.listener(this.#sTask)
    this.l = this.listener(this.owner)
    this.n = this.kernel.spawn().socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    this.n.bind({})
    this.#sPort = this.s.getsockname().nl_pid
    this.register('main')
    this.register('other')
    this.timer = this.kernel.timer_setup(() => {})
    if (notifier) this.kernel.netlink_register_notifier(() => this.enter('release'))
  }

  listener(task: Task): Socket {
    const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR)
    socket.bind({})
    socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP)
    return socket
  }

  register(name: string): number {
    return this.kernel.cn_add_callback(id(name), name, () =>
      this.enter(name === 'main' ? 'main' : 'done', name === 'main' ? '' : name),
    )
  }

  /** Asks for notices as 'ask' does, or with another range that 'unask' does not take back. */
  ask(kind: 'own' | 'late'): number {
    const request = kind === 'own' ? REQUEST : { ...REQUEST, idx: [{ first: GROUP, range: 2 }] }
    return this.kernel.requestNotification(request, (msg) => {
      const detail = `:${nameOf(msg.id)}:${msg.ack}`
      if (kind === 'own') this.enter('notice', detail)
      else this.log.push(`late${detail}`)
    })
  }

  send(): number {
    return this.n.send(MESSAGE)
  }

  sendAsS(): number {
    return this.s.send(MESSAGE)
  }

  ksock(cfg: Parameters<Kernel['netlink_kernel_create']>[1]): KernelSocket {
    this.#ksock = this.kernel.netlink_kernel_create(UNIT, cfg) as KernelSocket
    return this.#ksock
  }

  release(): void {
    if (this.#ksock !== undefined) this.kernel.netlink_kernel_release(this.#ksock)
    this.#ksock = undefined
  }

  #cn(portid: number, group: number): number {
    return this.kernel.cn_netlink_send({ id: id('main') }, portid, group, GFP_ATOMIC)
  }

  #insmod(): number {
    return this.kernel.insmod({
      name: 'mod',
      init: () => this.register('mod'),
      exit: (kernel) => kernel.cn_del_callback(id('mod')),
    })
  }

  act(act: Exclude<Act, 'throw'>): number {
    const { kernel } = this
    switch (act) {
      case 'group':
        return this.#cn(0, GROUP)
      case 'reply':
        return this.#cn(this.#sPort, 0)
      case 'byId':
        return this.#cn(0, 0)
      case 'add':
        return this.register('third')
      case 'addOwn':
        return this.register('main')
      case 'delOwn':
        return outcome(() => kernel.cn_del_callback(id('main')))
      case 'delOther':
        return outcome(() => kernel.cn_del_callback(id('other')))
      case 'open':
        return outcome(() => void this.opened.push(this.listener(this.owner)))
      case 'closeS':
        return outcome(() => this.s.close())
      case 'closeL':
        return outcome(() => this.l.close())
      case 'exitS':
        return outcome(() => this.#sTask.exit())
      case 'ask':
        return this.ask('own')
      case 'unask':
        return kernel.requestNotification({ ...REQUEST, group: 0 })
      case 'insmod':
        return this.#insmod()
      case 'rmmod':
        return kernel.rmmod('mod')
      case 'printk':
        return outcome(() => kernel.printk('printed'))
      case 'arm':
        return kernel.mod_timer(this.timer, kernel.jiffies + 1)
      case 'disarm':
        return kernel.del_timer(this.timer)
      case 'nested':
        return this.send()
    }
  }

  /** What is left at the end; the queues are read empty. */
  get rest(): unknown {
    const rows = this.kernel.procfs.read('/proc/net/connector').trim().split('\n').slice(3)
    return {
      queues: [this.s, this.l, ...this.opened].map((one) => (one.closed ? 'closed' : drain(one))),
      registered: rows
        .map((row) => row.split(' ')[0])
        .filter((name) => name !== 'ninth')
        .sort(),
      printed: this.kernel.dmesg().length,
      pending: this.timer.pending,
    }
  }
}

/** How many messages of 36 bytes are queued. */
function drain(socket: Socket): number {
  const buffer = new Uint8Array(100)
  for (let count = 0; ; count++) {
    const n = outcome(() => socket.recv(buffer))
    if (n === -11) return count
    if (n !== 36) throw new Error(`recv gave ${n}`)
  }
}
