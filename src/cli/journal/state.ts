// What inspect shows of a journal at one place: read from the machine there, as plain data for the text and for JSON.

import type { KernelState } from '../../index.js'
import type { Kernel } from '../../kernel/index.js'
import { plainHex } from '../replay/hex.js'
import { inWords, namesIn } from './call-words.js'
import type { OpenedJournal } from './opened.js'

/** The files of /proc that tell about netlink. */
export const PROC_FILES = ['/proc/net/netlink', '/proc/net/connector', '/proc/net/protocols', '/proc/modules'] as const

/** A call of the journal. */
export interface CallAt {
  readonly call: number
  readonly text: string
}

/** A place of a journal. */
export interface Place {
  /** The number of the call that comes next; the number of calls at the end. */
  readonly at: number
  readonly calls: number
  /** The call whose callback makes the next one; null if none does. */
  readonly inside: CallAt | null
  /** The outermost call that has ended last, or inside of another the call before; null at the begin. */
  readonly before: CallAt | null
  readonly next: CallAt | null
  readonly stateHash: string
  readonly state: KernelState
  readonly dmesg: readonly string[]
  /** Their text by path; null for a file that is not there. */
  readonly proc: Readonly<Record<(typeof PROC_FILES)[number], string | null>>
}

/** Reads a place. @throws InputError if it cannot be reached */
export function placeAt(journal: OpenedJournal, at: number): Place {
  const { kernel, names } = journal.stopBefore(at, () => {
    const { machine } = journal.player
    return { kernel: journal.kernelHere(), names: namesIn(machine) }
  })
  const told = (call: number | undefined): CallAt | null =>
    call === undefined || call < 0 || call >= journal.total
      ? null
      : { call, text: inWords(journal.describe(call), names) }
  const outer = at === journal.total ? at : journal.player.outermost(at)
  return {
    at,
    calls: journal.total,
    inside: told(outer === at ? undefined : outer),
    before: told(outer === at && at > 0 ? journal.player.outermost(at - 1) : at - 1),
    next: told(at),
    stateHash: kernel.stateHash(),
    state: kernel.inspect(),
    dmesg: kernel.dmesg(),
    proc: procOf(kernel),
  }
}

function procOf(kernel: Kernel): Place['proc'] {
  const text = (path: string) => {
    try {
      return kernel.procfs.read(path)
    } catch {
      // The connector's file goes with its module.
      return null
    }
  }
  return Object.fromEntries(PROC_FILES.map((path) => [path, text(path)])) as Place['proc']
}

/** As JSON: 64 bits are digits in a string, bytes hex. */
export function placeAsJson(place: Place): string {
  return JSON.stringify(place, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    return value instanceof Uint8Array ? plainHex(value) : value
  })
}
