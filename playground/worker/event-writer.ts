// What the tap tells, written into typed arrays for the page.

import { TAP_VERDICTS } from '../../src/api/tap.js'
import type { TapDelivery, TapEvent } from '../../src/api.js'
import { type EventBatch, RECEIVER, ROW, WORDS } from '../shared/event-rows.js'
import { GrowingBytes, GrowingWords } from '../shared/growing.js'

const LOW = 0xffffffffn

export class EventWriter {
  readonly #rows = new GrowingWords()
  readonly #receivers = new GrowingWords()
  readonly #bytes = new GrowingBytes()
  readonly #row = new Uint32Array(ROW)
  readonly #receiver = new Uint32Array(RECEIVER)
  /** The newest name of each process, and its number. */
  readonly #names = new Map<number, { readonly comm: string; readonly number: number }>()
  #newNames: string[] = []
  #named = 0

  /** Writes an event of a step down. */
  add(step: number, event: TapEvent): void {
    const row = this.#row.fill(0)
    row[WORDS.step] = step
    row[WORDS.number] = event.number
    row[WORDS.protocol] = event.protocol
    row[WORDS.result] = event.result
    row[WORDS.timeLow] = Number(event.time & LOW)
    row[WORDS.timeHigh] = Number(event.time >> 32n)
    row[WORDS.bytesAt] = this.#bytes.length
    if (event.kind === 'message') {
      row[WORDS.from] = event.portid
      row[WORDS.name] = this.#name(event.comm, event.creds.pid)
      row[WORDS.toPort] = event.to.portid
      row[WORDS.toGroup] = event.to.group
      row[WORDS.length] = event.data.length
      row[WORDS.receivers] = event.deliveries.length
      row[WORDS.receiversAt] = this.#receivers.length / RECEIVER
      this.#bytes.add(event.data)
      for (const delivery of event.deliveries) this.#addReceiver(delivery)
    } else {
      row[WORDS.kind] = 1
      row[WORDS.from] = event.from
      row[WORDS.name] = this.#name(event.comm, event.pid)
      row[WORDS.toPort] = event.portid
      row[WORDS.length] = event.length
      row[WORDS.receiversAt] = event.socket
    }
    this.#rows.add(row)
  }

  #addReceiver({ socket, portid, verdict, comm, pid }: TapDelivery): void {
    const row = this.#receiver
    row[0] = socket
    row[1] = portid
    row[2] = TAP_VERDICTS.indexOf(verdict)
    row[3] = this.#name(comm, pid)
    this.#receivers.add(row)
  }

  /** The number of a process's name; that of the kernel is ''. */
  #name(comm: string, pid: number): number {
    const known = this.#names.get(pid)
    if (known?.comm === comm) return known.number
    const number = this.#named++
    this.#newNames.push(comm === '' && pid === 0 ? '' : `${comm}[${pid}]`)
    this.#names.set(pid, { comm, number })
    return number
  }

  /** What was added since the last take(). */
  take(): EventBatch {
    const batch = {
      rows: this.#rows.words.slice(),
      receivers: this.#receivers.words.slice(),
      bytes: this.#bytes.bytes.slice(),
      names: this.#newNames,
    }
    this.#newNames = []
    this.#rows.clear()
    this.#receivers.clear()
    this.#bytes.clear()
    return batch
  }
}
