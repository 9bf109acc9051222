// Process events from a file: a capture (pcap, pcapng), or a recording as test/data/README.md describes it.

import { readFileSync } from 'node:fs'
import { readCapture } from '../../capture/index.js'
import { NETLINK_CONNECTOR, PROC_EVENT_NONE } from '../../uapi/index.js'
import { InputError } from '../frame/errors.js'
import { decodeTold } from './message.js'
import { readRecords } from './records.js'
import type { Batch, Source, Told } from './source.js'

const BATCH = 512
const NS_PER_SECOND = 1e9
/** The first bytes of pcap (both byte orders, micro- and nanoseconds) and of pcapng. */
const CAPTURES: ReadonlySet<number> = new Set([0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a])

/**
 * @param seconds how much of the time since the first event is wanted
 * @throws InputError if the file cannot be read, is malformed, or has no process event in it
 */
export function file(path: string, seconds = Number.POSITIVE_INFINITY): Source {
  const told = within(readTold(path), seconds)
  async function* batches(): AsyncGenerator<Batch> {
    for (let at = 0; at < told.length; at += BATCH) {
      yield { heard: told.slice(at, at + BATCH), done: Math.min(1, (at + BATCH) / told.length) }
    }
  }
  return { batches: batches(), live: false }
}

function readTold(path: string): Told[] {
  const datagrams = readDatagrams(path)
  const told = datagrams.flatMap((datagram) => decodeTold(datagram) ?? [])
  if (told.length > 0) return told
  const others = datagrams.length === 0 ? 'it is empty' : `of ${datagrams.length} connector messages none is one`
  throw new InputError(`there are no process events in ${path}: ${others}`)
}

function readDatagrams(path: string): Uint8Array[] {
  try {
    const bytes = new Uint8Array(readFileSync(path))
    if (!isCapture(bytes)) return readRecords(bytes)
    return readCapture(bytes).flatMap(({ protocol, data }) => (protocol === NETLINK_CONNECTOR ? [data] : []))
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${(error as Error).message}`)
  }
}

function isCapture(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && CAPTURES.has(new DataView(bytes.buffer).getUint32(0))
}

/** The timestamps of two CPUs may cross: the last one within the time ends the list, not the first one outside. */
function within(told: readonly Told[], seconds: number): readonly Told[] {
  const first = told.find(({ event }) => event.what !== PROC_EVENT_NONE)
  if (first === undefined || seconds === Number.POSITIVE_INFINITY) return told
  const began = first.event.timestamp_ns
  return told.filter(({ event }) => Number(event.timestamp_ns - began) <= seconds * NS_PER_SECOND)
}
