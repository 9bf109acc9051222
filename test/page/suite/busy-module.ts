// A kernel module with one of everything that the kernel calls: connector callbacks, a kernel socket with hooks and dumps, a timer that
// arms itself again, a notification request, a release notifier. A restored machine gets all of it back.
import type {
  CnCallback,
  Kernel,
  KernelSocket,
  Module,
  NetlinkKernelCfg,
  NlmsgHandler,
  NotificationRequest,
  Rebinding,
  SkBuff,
  Timer,
} from '../../../src/api.js'
import * as uapi from '../../../src/uapi/index.js'

export const PROTOCOL = 20
/** Answers what it is sent. */
export const ECHO = { idx: 5, val: 1 }
/** Registers and unregisters the ids of `COMING`. */
export const REGISTRAR = { idx: 5, val: 2 }
export const COMING = [0, 1, 2, 3].map((val) => ({ idx: 7, val }))
export const TICK_GROUP = 3
export const NOTICE_GROUP = 4
/** A group that the module lets nobody join. */
export const CLOSED_GROUP = 13
/** Types of requests to `PROTOCOL`. */
export const ASK_ACK = 16
export const ASK_DUMP = 17

const TICK_JIFFIES = 7
const DUMP_PARTS = 3
const DUMP_PART = new Uint8Array(300).fill(0x5a)
const WATCHED: NotificationRequest = {
  idx: [{ first: 7, range: 1 }],
  val: [{ first: 0, range: 9 }],
  group: NOTICE_GROUP,
}

export class BusyModule implements Module {
  readonly name = 'busy'
  /** How often each function was called. Nothing the module does depends on it: it does not come back with a snapshot. */
  readonly called = { echo: 0, registrar: 0, coming: 0, input: 0, bind: 0, unbind: 0, tick: 0, notice: 0, release: 0 }
  #kernel!: Kernel
  #socket!: KernelSocket
  #timer!: Timer

  get socket(): KernelSocket {
    return this.#socket
  }

  get timer(): Timer {
    return this.#timer
  }

  init(kernel: Kernel): number {
    this.#kernel = kernel
    kernel.cn_add_callback(ECHO, 'echo', this.#echo)
    kernel.cn_add_callback(REGISTRAR, 'registrar', this.#registrar)
    const socket = kernel.netlink_kernel_create(PROTOCOL, this.#hooks)
    if (socket === null) return -uapi.ENOMEM
    this.#socket = socket
    this.#timer = kernel.timer_setup(this.#tick, 'tick')
    kernel.netlink_register_notifier(this.#release)
    kernel.mod_timer(this.#timer, kernel.jiffies + TICK_JIFFIES)
    return kernel.requestNotification(WATCHED, this.#notice)
  }

  restore(kernel: Kernel, bind: Rebinding): void {
    this.#kernel = kernel
    bind.callback(ECHO, this.#echo)
    bind.callback(REGISTRAR, this.#registrar)
    for (const id of COMING) bind.callback(id, this.#coming)
    const socket = bind.socket(PROTOCOL, this.#hooks)
    if (socket === null) throw new Error('the kernel socket of the module is gone')
    this.#socket = socket
    this.#timer = bind.timer('tick', this.#tick)
    bind.notifier(this.#release)
    bind.notification(WATCHED, this.#notice)
  }

  readonly #echo: CnCallback = ({ id, seq, ack, data }, { portid }) => {
    this.called.echo++
    this.#kernel.cn_netlink_send({ id, seq, ack: ack + 1, data: data.slice() }, portid, 0, uapi.GFP_ATOMIC)
  }

  readonly #registrar: CnCallback = ({ seq }) => {
    this.called.registrar++
    const id = COMING[seq % COMING.length] as (typeof COMING)[number]
    if (this.#kernel.cn_add_callback(id, 'coming', this.#coming) !== 0) this.#kernel.cn_del_callback(id)
  }

  readonly #coming: CnCallback = () => void this.called.coming++
  readonly #notice: CnCallback = () => void this.called.notice++
  readonly #release = (): void => void this.called.release++

  readonly #tick = (): void => {
    const kernel = this.#kernel
    this.called.tick++
    kernel.cn_netlink_send({ id: ECHO, seq: kernel.jiffies }, 0, TICK_GROUP, uapi.GFP_ATOMIC)
    kernel.mod_timer(this.#timer, kernel.jiffies + TICK_JIFFIES)
  }

  readonly #input = (skb: SkBuff): void => {
    this.called.input++
    this.#kernel.netlink_rcv_skb(skb, this.#answer)
  }

  readonly #answer: NlmsgHandler = (skb, nlh, extack) => {
    if (nlh.nlmsg_type === ASK_DUMP) return this.#dump(skb, nlh)
    extack._msg = 'odd numbers are refused'
    return nlh.nlmsg_seq % 2 === 0 ? 0 : -uapi.EINVAL
  }

  #dump(skb: SkBuff, nlh: Parameters<NlmsgHandler>[1]): number {
    const { portid } = skb
    const { nlmsg_seq: seq } = nlh
    return this.#kernel.netlink_dump_start(this.#socket, skb, nlh, {
      dump: (part, { args }) => {
        if (args[0] === DUMP_PARTS) return 0
        args[0] = (args[0] as number) + 1
        part.nlmsg_put(portid, seq, ASK_DUMP, DUMP_PART, uapi.NLM_F_MULTI)
        return part.len
      },
    })
  }

  readonly #hooks: NetlinkKernelCfg = {
    groups: 40,
    input: this.#input,
    bind: (group) => {
      this.called.bind++
      return group === CLOSED_GROUP ? -uapi.EPERM : 0
    },
    unbind: () => void this.called.unbind++,
  }
}
