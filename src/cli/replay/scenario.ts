// Scenario files: checked from the first to the last field before anything is played.

import { parseCall } from './calls.js'
import { HEX_FIELDS } from './compare.js'
import { caps, hex, int, list, object, optional, readFields, text, withDefault } from './fields.js'
import { brief, isList, isObject, type Json, type JsonObject, Place } from './json.js'
import { type Needs, parseNeeds } from './needs.js'
import type { Stage } from './stage.js'

export interface TaskSpec {
  readonly pid: number
  readonly uid: number
  readonly gid: number
  readonly caps: 'all' | readonly string[]
  /** A network namespace of its own, beside that of the scenario. */
  readonly netns: string | undefined
}

export interface Step {
  readonly call: string
  /** The step as it is written, without its result. */
  readonly written: JsonObject
  readonly expected: Json
  readonly play: (stage: Stage) => Promise<Json>
}

export interface Scenario {
  readonly name: string
  readonly about: string
  readonly needs: Needs
  readonly tasks: Readonly<Record<string, TaskSpec>>
  readonly steps: readonly Step[]
  /** The names of numbers that the scenario speaks of. */
  readonly symbols: ReadonlySet<string>
}

const HEADER = {
  name: text,
  about: withDefault(text, ''),
  needs: text,
  steps: list<Json | undefined>({ read: (value) => value }),
}

const taskSpec = object({
  pid: int,
  uid: withDefault(int, 0),
  gid: optional(int),
  caps: withDefault(caps, []),
  netns: optional(text),
})

/** The scenarios of a file. @throws Malformed, naming file, scenario, step and field */
export function parseScenarios(source: string, file: string): Scenario[] {
  const at = new Place(file)
  const scenarios = parseJson(source, at)
  if (!isList(scenarios)) return at.fail(`must be a list of scenarios, not ${brief(scenarios)}`)
  return scenarios.map((scenario, i) => {
    if (!isObject(scenario)) return at.fail(`scenario ${i} must be an object, not ${brief(scenario)}`)
    const label = typeof scenario.name === 'string' ? scenario.name : `scenario ${i}`
    return parseScenario(scenario, at.in(label))
  })
}

function parseJson(source: string, at: Place): Json {
  try {
    return JSON.parse(source) as Json
  } catch (error) {
    return at.fail(`not JSON: ${(error as Error).message}`)
  }
}

function parseScenario(scenario: JsonObject, at: Place): Scenario {
  const { name, about, needs, steps } = readFields(HEADER, scenario, at)
  const tasks = parseTasks(scenario.tasks, at.field('tasks'))
  const known = new Names(steps, Object.keys(tasks))
  return {
    name,
    about,
    needs: parseNeeds(needs, at.field('needs')),
    tasks,
    steps: steps.map((step, i) => parseStep(step, known, at.in(`step ${i}`))),
    symbols: new Set(Array.from(JSON.stringify(steps).matchAll(/(?:\$|\{\{)(auto\.\w+)/g), (found) => found[1]!)),
  }
}

function parseTasks(tasks: Json | undefined, at: Place): Record<string, TaskSpec> {
  if (tasks === undefined || tasks === null) return {}
  if (!isObject(tasks)) return at.fail(`must be an object, not ${brief(tasks)}`)
  const specs = Object.entries(tasks).map(([name, written]) => {
    const spec = taskSpec.read(written, at.in(name), tasks)
    return [name, { ...spec, gid: spec.gid ?? spec.uid }] as const
  })
  return Object.fromEntries(specs)
}

function parseStep(step: Json | undefined, known: Names, outer: Place): Step {
  if (!isObject(step)) return outer.fail(`must be an object, not ${brief(step)}`)
  const at = typeof step.call === 'string' ? outer.in(step.call) : outer
  const play = parseCall(step, at)
  known.check(step, at)
  if (isObject(step.step)) known.check(step.step, at.field('step'))
  const { result, ...written } = step
  if (!isObject(result)) return at.field('result').fail(`must be what the call gave, not ${brief(result)}`)
  checkHex(result, at.field('result'))
  return { call: String(step.call), written, expected: result, play }
}

/** A slip in recorded bytes would look like a difference for ever. */
function checkHex(value: Json, at: Place, field = ''): void {
  if (typeof value === 'string' && HEX_FIELDS.has(field) && value !== '$any') hex.read(value, at, {})
  else if (isList(value)) for (const one of value) checkHex(one, at, field)
  else if (isObject(value)) for (const [name, one] of Object.entries(value)) checkHex(one, at.field(name), name)
}

/** Which fields refer to something that a step has named, and which call names it. Sockets may be missing: EBADF. */
const REFERENCES: Readonly<Record<string, { readonly call: string; readonly by: string }>> = {
  task: { call: 'fork', by: 'as' },
  child: { call: 'fork', by: 'as' },
  thread: { call: 'thread', by: 'as' },
  ksock: { call: 'nl_kernel_create', by: 'as' },
  for: { call: 'cn_netlink_send', by: 'waits' },
}

class Names {
  readonly #known = new Map<string, Set<Json>>()

  constructor(steps: readonly (Json | undefined)[], tasks: readonly string[]) {
    for (const [field, { call, by }] of Object.entries(REFERENCES)) {
      const makers = steps.filter((step) => isObject(step)).filter((step) => step.call === call)
      const names = new Set(makers.map((step) => step[by] ?? null))
      if (call === 'fork') for (const task of tasks) names.add(task)
      this.#known.set(field, names)
    }
  }

  check(step: JsonObject, at: Place): void {
    for (const [field, names] of this.#known) {
      const name = step[field]
      if (name !== undefined && !names.has(name)) at.field(field).fail(`nothing is called ${brief(name)} here`)
    }
  }
}
