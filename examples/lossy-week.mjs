// Both sides of a loss that happens once a week: a module that tells of a sensor every ten minutes, and once, at a time that the seed
// decides, of an alarm three hundred times at once; and a program that writes down what it hears, but looks only once an hour.
//   node examples/lossy-week.mjs [HOURS]
//   npx kernel-connector record examples/lossy-week.mjs -o week.kcj --seed 3

import { fileURLToPath } from 'node:url'
import { boot } from 'kernel-connector'
import {
  CN_NETLINK_USERS,
  decodeConnectorMessage,
  GFP_ATOMIC,
  NETLINK_CONNECTOR,
  PF_NETLINK,
  SOCK_DGRAM,
} from 'kernel-connector/uapi'

/** @import { Kernel, Module, Task } from 'kernel-connector' */

const SENSOR_ID = { idx: CN_NETLINK_USERS + 5, val: 1 }
const TEN_MINUTES = 10 * 60 * 1000
const HOUR = 6 * TEN_MINUTES
const WEEK = 7 * 24
const ALARM = 300
const READING_BYTES = 64

/**
 * The module: sends a reading to its group every ten minutes.
 *
 * @implements {Module}
 */
class Sensor {
  name = 'sensor'
  #seq = 0

  /** @param {Kernel} kernel */
  init(kernel) {
    // Each of the 1008 ticks of a week is as likely.
    let ticksToAlarm = kernel.random() % (WEEK * 6)
    const timer = kernel.timer_setup((timer) => {
      const count = ticksToAlarm-- === 0 ? ALARM : 1
      if (count > 1) kernel.printk('sensor: alarm')
      for (let n = 0; n < count; n++) this.#send(kernel)
      kernel.mod_timer(timer, timer.expires + TEN_MINUTES)
    }, 'reading')
    kernel.mod_timer(timer, kernel.jiffies + TEN_MINUTES)
    return kernel.cn_add_callback(SENSOR_ID, 'sensor', () => {})
  }

  /** @param {Kernel} kernel */
  exit(kernel) {
    kernel.cn_del_callback(SENSOR_ID)
  }

  // That nobody listens (-ESRCH), or somebody not fast enough, is nothing that a sensor could change.
  /** @param {Kernel} kernel */
  #send(kernel) {
    const data = new Uint8Array(READING_BYTES)
    kernel.cn_netlink_send({ id: SENSOR_ID, seq: ++this.#seq, data }, 0, GFP_ATOMIC)
  }
}

/** The program. */
class Logger {
  heard = 0
  missed = 0
  #next = 1
  #socket
  #buffer = new Uint8Array(256)

  /** @param {Task} task */
  constructor(task) {
    this.#socket = task.socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
    this.#socket.bind({ nl_groups: 1 << (SENSOR_ID.idx - 1) })
  }

  /** Reads what there is; how many readings were missing before. */
  read() {
    const before = this.missed
    while (true) {
      const n = this.#receive()
      if (n === 0) return this.missed - before
      const { seq } = decodeConnectorMessage(this.#buffer.subarray(0, n)).msg
      this.heard++
      this.missed += seq - this.#next
      this.#next = seq + 1
    }
  }

  /** The length of a message, 0 if there is none. The numbers tell of losses: ENOBUFS is passed over. */
  #receive() {
    while (true) {
      try {
        return this.#socket.recv(this.#buffer)
      } catch (error) {
        const { code } = /** @type {{ code?: string }} */ (error)
        if (code === 'EAGAIN') return 0
        if (code !== 'ENOBUFS') throw error
      }
    }
  }
}

/**
 * A week, or as many hours as the argument says.
 *
 * @param {Kernel} kernel
 * @param {readonly string[]} [args]
 */
export default function lossyWeek(kernel, [hours = String(WEEK)] = []) {
  kernel.insmod(new Sensor())
  const logger = new Logger(kernel.spawn({ comm: 'logger' }))
  for (let hour = 1; hour <= Number(hours); hour++) {
    kernel.clock.advance(HOUR)
    const missed = logger.read()
    if (missed > 0) console.log(`hour ${hour}: ${missed} readings are missing`)
  }
  console.log(`${logger.heard} readings heard, ${logger.missed} missed`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) lossyWeek(boot(), process.argv.slice(2))
