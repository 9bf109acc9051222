// One sequence on both sides: first the machine plays, and the drafts become steps; then Linux gets the same steps.

import { isDeepStrictEqual } from 'node:util'
import type { Backend } from '../replay/backend.js'
import type { Json, JsonObject } from '../replay/json.js'
import { Unbound } from '../replay/symbols.js'
import { Names, SOCKET_NAMES } from './lower.js'
import type { Sequence } from './sequence.js'
import { Side, worldOf } from './side.js'

/** Steps that can be played anywhere. */
export interface Script {
  readonly tasks: JsonObject
  readonly steps: readonly JsonObject[]
}

/** Where the two sides part: the steps up to there, and what each of them answered. */
export interface Difference {
  readonly script: Script
  /** Linux's answers to all of the steps. */
  readonly linux: readonly Json[]
  /** The machine's answer to the last one. */
  readonly machine: Json
}

/** A script, and the answers of the side that played it first. */
interface Played {
  readonly script: Script
  readonly answers: readonly Json[]
}

export interface Sides {
  readonly machine: Backend
  readonly linux: Backend
}

/** Plays a sequence on the machine: what it becomes, and what the machine answers. */
export async function write({ tasks, drafts }: Sequence, machine: Backend): Promise<Played> {
  const steps: JsonObject[] = []
  const answers: Json[] = []
  await within(machine, tasks, SOCKET_NAMES, async (side) => {
    const names = new Names(side.stage, tasks)
    const play = async (draft: JsonObject) => {
      const step = names.lower(draft)
      if (step === undefined) return
      const answer = await side.play(step)
      names.note(step, answer)
      steps.push(step)
      answers.push(answer)
    }
    for (const draft of drafts) await play(draft)
    for (const look of lastLook(names)) await play(look)
  })
  return { script: { tasks, steps }, answers }
}

/** At the end everything that can be seen is looked at. */
function lastLook(names: Names): JsonObject[] {
  const tables = [2, 11].map((protocol) => ({ call: 'proc_net_netlink', task: names.anybody, protocol }))
  const sockets = names.open.flatMap((sock) => [
    { call: 'poll', sock, events: ['POLLIN', 'POLLOUT'] },
    { call: 'recvmsg', sock, len: 300, flags: [] },
    { call: 'getsockopt', sock, level: 'SOL_SOCKET', name: 'SO_MEMINFO', len: 36 },
  ])
  return [...tables, ...sockets]
}

/** Plays a script on one side; ends early where `goOn` says so. */
export async function playScript(
  script: Script,
  backend: Backend,
  sockets: readonly string[] = SOCKET_NAMES,
  goOn: (answer: Json, step: number) => boolean = () => true,
): Promise<Json[]> {
  const answers: Json[] = []
  await within(backend, script.tasks, sockets, async (side) => {
    for (const [i, step] of script.steps.entries()) {
      const answer = await side.play(step)
      answers.push(answer)
      if (!goOn(answer, i)) return
    }
  })
  return answers
}

async function within(
  backend: Backend,
  tasks: JsonObject,
  sockets: readonly string[],
  play: (side: Side) => Promise<void>,
): Promise<void> {
  const side = new Side(backend, worldOf(tasks, sockets))
  try {
    await play(side)
  } finally {
    side.close()
  }
}

/** Lets Linux play what the machine has answered already. */
export async function against({ script, answers }: Played, linux: Backend): Promise<Difference | undefined> {
  const spokenOf = namesIn(answers, script.steps)
  const same = (answer: Json, i: number) => isDeepStrictEqual(answer, answers[i])
  const got = await playScript(script, linux, spokenOf, same)
  const last = got.length - 1
  if (last < 0 || same(got[last] ?? null, last)) return undefined
  return { script: { ...script, steps: script.steps.slice(0, got.length) }, linux: got, machine: answers[last] ?? null }
}

/** The first difference of a script, if there is one; none if it cannot be played at all. */
export async function compare(script: Script, sides: Sides): Promise<Difference | undefined> {
  try {
    return await against({ script, answers: await playScript(script, sides.machine) }, sides.linux)
  } catch (error) {
    if (error instanceof Unbound) return undefined
    throw error
  }
}

/** Whether Linux gives the same answers once more. */
export async function isSteady({ script, linux }: Difference, backend: Backend): Promise<boolean> {
  const again = await playScript(script, backend)
  return isDeepStrictEqual(again, linux)
}

/** The sockets whose ports were drawn: only these need to be asked for on the other side. */
function namesIn(...written: readonly unknown[]): string[] {
  const found = JSON.stringify(written).matchAll(/(?:\$|\{\{)auto\.(\w+)/g)
  return [...new Set(Array.from(found, ([, name]) => name ?? ''))]
}
