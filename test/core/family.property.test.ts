// Who is whose thread, child and tracee, against a model that looks at everybody: any births, deaths and traces in any order, inside
// pid namespaces too.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Kernel, Task } from '../../src/api.js'
import { withKernel } from '../support/kernels.js'

const CLONE_NEWPID = 0x20000000

interface Member {
  readonly task: Task
  readonly process: Member | undefined
  parent: Member | undefined
  tracer: Member | undefined
  readonly namespace: object | undefined
  childNamespace: object | undefined
}

const step = fc.record({
  kind: fc.constantFrom('fork', 'fork', 'fork', 'thread', 'exit', 'exit', 'attach', 'detach', 'unshare', 'spawn'),
  one: fc.nat(30),
  other: fc.nat(30),
})
type Step = { kind: string; one: number; other: number }

class Family {
  readonly #kernel: Kernel
  #members: Member[] = []

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.#born(kernel.spawn(), {})
  }

  #born(task: Task, { process, parent, namespace }: Partial<Member>): void {
    const childNamespace = process?.childNamespace ?? namespace
    this.#members.push({ task, process, parent, tracer: undefined, namespace, childNamespace })
  }

  run({ kind, one, other }: Step): void {
    const member = this.#members[one % this.#members.length]
    if (kind === 'spawn' || member === undefined) this.#born(this.#kernel.spawn(), {})
    else if (kind === 'exit') this.#exit(member)
    else if (kind === 'unshare') {
      member.task.unshare(CLONE_NEWPID)
      member.childNamespace = {}
    } else if (kind === 'thread') this.#thread(member)
    else if (kind === 'fork') this.#fork(member)
    else this.#trace(kind as 'attach' | 'detach', member, this.#members[other % this.#members.length]!)
  }

  #thread(member: Member): void {
    const { parent, namespace } = member
    this.#born(member.task.thread(), { process: member.process ?? member, parent, namespace })
    this.#members.at(-1)!.childNamespace = namespace
  }

  #fork(member: Member): void {
    const namespace = member.childNamespace
    const taken = this.#members.filter((one) => one.namespace === namespace && !one.process).map(({ task }) => task.pid)
    const child = member.task.fork()
    if (namespace !== undefined) {
      let least = 1
      while (taken.includes(least)) least++
      expect(child.pid).toBe(least)
    }
    this.#born(child, { parent: member.process ?? member, namespace })
  }

  #trace(op: 'attach' | 'detach', tracer: Member, tracee: Member): void {
    const strangers = (tracer.process ?? tracer) !== (tracee.process ?? tracee)
    const works = op === 'attach' ? strangers && tracee.tracer === undefined : tracee.tracer === tracer
    let worked = true
    try {
      tracer.task.ptrace(op, tracee.task)
    } catch {
      worked = false
    }
    expect(worked).toBe(works)
    if (worked) tracee.tracer = op === 'attach' ? tracer : undefined
  }

  #exit(member: Member): void {
    const gone = this.#members.filter((one) => one === member || one.process === member)
    member.task.exit()
    this.#members = this.#members.filter((one) => !gone.includes(one))
    for (const one of this.#members) {
      if (one.parent && gone.includes(one.parent)) one.parent = undefined
      if (one.tracer && gone.includes(one.tracer)) one.tracer = undefined
    }
  }

  /** The machine's tasks are those of the model, with their parents. */
  check(): void {
    const { tasks } = this.#kernel.inspect()
    expect(tasks.length).toBe(this.#members.length)
    const pidOf = (member: Member | undefined) => (member ? tasks[this.#members.indexOf(member)]!.pid : 0)
    expect(tasks.map(({ parent }) => parent)).toEqual(this.#members.map(({ parent }) => pidOf(parent)))
  }
}

test('any history of births, ends and traces leaves everybody with those who are theirs', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) =>
      withKernel({}, (kernel) => {
        const family = new Family(kernel)
        for (const one of steps) {
          family.run(one)
          family.check()
        }
      }),
    ),
    { numRuns: 100 },
  )
})
