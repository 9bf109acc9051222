// Real datagrams to start from: what a Linux said about its processes, and all that was sent in the recorded scenarios.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Corpus {
  /** Datagrams of cn_proc, 76 bytes each. */
  readonly events: readonly Uint8Array[]
  /** The stream that they come from, its first part. */
  readonly stream: Uint8Array
  /** Datagrams of the recorded scenarios. */
  readonly recorded: readonly Uint8Array[]
}

const RECORD_BYTES = 80
const EVENTS = 500
const FOLDERS = ['user', 'kernel']

export function readCorpus(root: string): Corpus {
  const stream = new Uint8Array(readFileSync(join(root, 'test/data/proc-events.bin'))).slice(0, EVENTS * RECORD_BYTES)
  const events = Array.from({ length: EVENTS }, (_, index) =>
    stream.slice(index * RECORD_BYTES + 4, (index + 1) * RECORD_BYTES),
  )
  return { events, stream, recorded: recorded(join(root, 'test/conformance/data')) }
}

function recorded(folder: string): Uint8Array[] {
  const found = new Set<string>()
  for (const name of FOLDERS) {
    for (const file of readdirSync(join(folder, name)).sort()) {
      const text = readFileSync(join(folder, name, file), 'utf8')
      for (const match of text.matchAll(/"data": ?"((?:[0-9a-f]{2})+)"/g)) found.add(match[1] as string)
    }
  }
  return [...found].map((hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)))
}
