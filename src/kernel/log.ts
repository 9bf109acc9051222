// printk() and dmesg(): the log lies in the machine, so it is part of its state.

import type { Machine } from '../machine/index.js'
import { asText } from '../user/index.js'

const MAX_LINE = 1024
const HIGH = 2 ** 32
const NS_PER_SECOND = 1e9

export class Log {
  readonly #machine: Machine

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** Each line of `text` is a record of its own. */
  print(text: string): void {
    for (const line of asText(text, 'text').replace(/\n$/, '').split('\n')) {
      this.#machine.abi.log_write(this.#machine.transmitText(line, MAX_LINE))
    }
  }

  lines(): string[] {
    const machine = this.#machine
    const lines: string[] = []
    let position = 0
    while (true) {
      const length = machine.raw.log_read(position)
      if (length < 0) return lines
      const seconds = (machine.listWord(1) * HIGH + machine.listWord(0)) / NS_PER_SECOND
      lines.push(`[${seconds.toFixed(6).padStart(12)}] ${machine.text(length)}`)
      position = machine.listWord(2)
    }
  }
}
