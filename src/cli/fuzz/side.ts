// One of the two that are compared: makes the calls of a scenario's steps one by one, and tells the answers as a recording has them.

import type { Backend, World } from '../replay/backend.js'
import { parseCall } from '../replay/calls.js'
import { isObject, type Json, type JsonObject, Place } from '../replay/json.js'
import { parseScenarios, type Scenario } from '../replay/scenario.js'
import { Stage } from '../replay/stage.js'
import { Unbound } from '../replay/symbols.js'
import { withNames } from './answers.js'

/** A scenario of these tasks in which every port that is drawn gets a name. */
export function worldOf(tasks: JsonObject, sockets: readonly string[]): Scenario {
  const written = { name: 'fuzz', needs: 'usersock', tasks, steps: [] }
  const [scenario] = parseScenarios(JSON.stringify([written]), 'fuzz')
  if (scenario === undefined) throw new Error('no scenario was made')
  return { ...scenario, symbols: new Set(sockets.map((name) => `auto.${name}`)) }
}

export class Side {
  readonly stage: Stage
  readonly #world: World

  constructor(backend: Backend, scenario: Scenario) {
    this.#world = backend.open(scenario)
    this.stage = new Stage(scenario, this.#world)
  }

  /** What the call answered. What is no answer at all becomes `threw`. @throws Unbound if the step names an unknown number */
  async play(step: JsonObject): Promise<Json> {
    try {
      return withNames(await parseCall(step, new Place('fuzz'))(this.stage), this.stage.symbols)
    } catch (failure) {
      if (failure instanceof Unbound) throw failure
      return { threw: failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure) }
    }
  }

  close(): void {
    this.#world.close()
  }
}

/** Whether the call did what it is for. */
export function succeeded(answer: Json): boolean {
  return isObject(answer) && !('error' in answer) && !('threw' in answer)
}
