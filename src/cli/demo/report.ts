// The text of a run, chapter by chapter: functions from results to lines.

import type { Paint } from '../frame/colours.js'
import { counted, table } from '../frame/table.js'
import type { ForkstatExample } from './examples.js'
import {
  type Balance,
  balances,
  type CnTestResult,
  type Message,
  type ProcessEventsResult,
  type Result,
  type Sight,
} from './result.js'

/** How many rows of the table are shown unless all are asked for. */
export const ROWS = 20
/** How much of another list is shown. */
const SHOWN = 5

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(3)} s`
const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`.trimEnd())
const file = (text: string): string[] => indent(text.trimEnd().split('\n'))

/** The first items of a list, and how many follow. */
function some<T>(list: readonly T[], show: (item: T) => string): string[] {
  const lines = list.slice(0, SHOWN).map(show)
  return indent(list.length > SHOWN ? [...lines, `... ${list.length - SHOWN} more`] : lines)
}

export function opening(seed: number, paint: Paint): string[] {
  return [paint('bold', `kernel-connector: a machine with Linux's netlink stack, booted with seed ${seed}`), '']
}

export function cnTestChapter(result: CnTestResult, paint: Paint): string[] {
  const show = (messages: readonly Message[]) => indent(messages.map(({ line }) => line))
  return [
    paint('bold', '1. The documented example: module cn_test, program ucon'),
    '',
    `${paint('cyan', '$ insmod cn_test; ucon')}   ${paint('dim', `# for ${result.seconds} s of virtual time`)}`,
    ...show(result.messages),
    paint('cyan', '$ cat /proc/net/connector'),
    ...file(result.procNetConnector),
    `${paint('cyan', '$ rmmod cn_test')}   ${paint('dim', '# ucon is told')}`,
    ...show(result.notices),
    paint('cyan', '$ dmesg'),
    ...indent(result.dmesg),
    '',
  ]
}

export function processEventsChapter(
  result: ProcessEventsResult,
  slow: Balance,
  { HEADER, line }: ForkstatExample,
  paint: Paint,
): string[] {
  const { rows, kinds, coreDumps, sights } = result
  const left = Object.entries(kinds).reduce((sum, [kind, n]) => (kind === 'ack' ? sum : sum + n), -rows.length)
  const more = left > 0 ? [`... ${counted(left, 'more row')}; --all shows them`] : []
  const duration = seconds(result.virtualMilliseconds)
  const whose = result.file === null ? 'a simulated workload' : 'a real kernel'
  const played = `2. Process events of ${whose}: ${counted(result.recorded, 'event')} in ${duration}, to group 1`
  const note = 'The package does not bring the recording of a real kernel that a clone of the repository has.'
  return [
    paint('bold', played),
    ...(result.file === null ? [paint('dim', note)] : []),
    '',
    `${paint('cyan', '$ forkstat')}   ${paint('dim', '# keeps up')}`,
    ...indent([paint('dim', HEADER), ...rows.map(line), ...more]),
    ...indent([summary(kinds)]),
    `${paint('cyan', '$ coredumps')}   ${paint('dim', '# keeps up, looks for one kind only')}`,
    ...some(coreDumps, ({ at, pid, parent }) => `${seconds(at).padStart(8)}  ${pid} dumps core, a child of ${parent}`),
    `${paint('cyan', '$ slow')}   ${paint('dim', '# sleeps up to a quarter of a second, then reads what is queued')}`,
    ...some(sights, sight),
    ...indent([account(slow, paint)]),
    paint('cyan', '$ cat /proc/net/netlink'),
    ...file(result.procNetNetlink),
    '',
  ]
}

/** How many there were of each kind, the most frequent first. */
function summary(kinds: ProcessEventsResult['kinds']): string {
  const entries = Object.entries(kinds).sort(([, a], [, b]) => b - a)
  return entries.map(([kind, n]) => `${kind} ${n}`).join(', ')
}

function sight(seen: Sight): string {
  const at = seconds(seen.at).padStart(8)
  if (seen.type === 'ENOBUFS') return `${at}  recv: ENOBUFS, the receive buffer was full`
  return `${at}  the numbers of CPU ${seen.cpu} have a gap of ${seen.missing}`
}

function account({ overruns = 0, lost = 0, dropped }: Balance, paint: Paint): string {
  if (overruns === 0 && lost === 0 && dropped === 0) return 'nothing lost: the receive buffer was large enough'
  const truth = lost === dropped ? paint('green', 'the same') : paint('red', `not so: ${dropped}`)
  return `${counted(overruns, 'overrun')}, ${lost} messages lost by the numbers; /proc/net/netlink says ${truth}`
}

export function closing({ listeners, milliseconds, stateHash, seed }: Result, paint: Paint): string[] {
  const columns = ['Listener', 'Port', 'Sent', 'Delivered', 'Dropped', 'Overruns']
  const rows = listeners.map((listener) => {
    const { name, portid, sent, delivered, dropped, overruns = '' } = listener
    return [name, portid, sent, delivered, dropped, overruns]
  })
  const [head = '', ...body] = table(columns, rows)
  const wrong = listeners.filter((balance) => !balances(balance))
  return [
    paint('bold', '3. The balance: sent = delivered + dropped'),
    '',
    ...indent([paint('dim', head), ...body]),
    ...indent(wrong.map(({ name }) => paint('red', `the account of ${name} does not agree`))),
    '',
    `Took ${seconds(milliseconds)} of real time. The machine's state is ${stateHash}, as after every run with`,
    `seed ${seed} and the same options.`,
  ]
}
