// From a long sequence with a difference to a short one: steps are left out, then what is left is made plainer.

import { compare, type Difference, type Script, type Sides } from './duel.js'
import { replaced, without } from './lists.js'
import { plainerSteps } from './plainer.js'

/** The shortest script found that still has a difference. `tried` is told after each trial. */
export async function shrink(found: Difference, sides: Sides, tried: (steps: number) => void): Promise<Difference> {
  let best = found
  /** Takes the script if it has a difference too. */
  const attempt = async (script: Script): Promise<boolean> => {
    const difference = await compare(script, sides)
    if (difference !== undefined) best = difference
    tried(best.script.steps.length)
    return difference !== undefined
  }
  for (let before = -1; before !== sizeOf(best); ) {
    before = sizeOf(best)
    await leaveOut(() => best.script, attempt)
    await simplify(() => best.script, attempt)
    await leaveOutTasks(() => best.script, attempt)
  }
  return best
}

function sizeOf({ script }: Difference): number {
  return JSON.stringify(script).length
}

type Attempt = (script: Script) => Promise<boolean>

/** Leaves out runs of steps, long ones first. The last step is the one that differs. */
async function leaveOut(script: () => Script, attempt: Attempt): Promise<void> {
  for (let size = script().steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = script().steps.length - 1 - size; at >= 0; at -= size) {
      const { tasks, steps } = script()
      const from = Math.min(at, steps.length - 1 - size)
      if (from < 0) break
      await attempt({ tasks, steps: without(steps, from, size) })
    }
  }
}

async function leaveOutTasks(script: () => Script, attempt: Attempt): Promise<void> {
  for (const name of Object.keys(script().tasks)) {
    const { tasks, steps } = script()
    if (steps.some((step) => JSON.stringify(step).includes(`"task":"${name}"`))) continue
    const { [name]: _, ...rest } = tasks
    if (Object.keys(rest).length > 0) await attempt({ tasks: rest, steps })
  }
}

async function simplify(script: () => Script, attempt: Attempt): Promise<void> {
  for (let at = 0; at < script().steps.length; at++) {
    for (let more = true; more; ) {
      more = false
      for (const plainer of plainerSteps(script().steps[at])) {
        const { tasks, steps } = script()
        more = await attempt({ tasks, steps: replaced(steps, at, plainer) })
        if (more || at >= script().steps.length) break
      }
      more &&= at < script().steps.length
    }
  }
}
