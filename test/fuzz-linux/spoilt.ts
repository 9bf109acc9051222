// A machine with a fault that was put in on purpose, to see whether the fuzzer finds it.

import type { Backend } from '../../src/cli/replay/backend.js'
import type { Socket, Task } from '../../src/index.js'

/** Replaces methods of every socket; each gets the socket as it was. */
export type Fault = (socket: Socket) => Partial<Socket>

export function spoilt(backend: Backend, fault: Fault): Backend {
  return {
    whyNot: (scenario) => backend.whyNot(scenario),
    open(scenario) {
      const world = backend.open(scenario)
      return {
        kernel: world.kernel,
        spawn: (spec) => spoiltTask(world.spawn(spec), fault),
        netlinkTable: (task) => world.netlinkTable(real.get(task) ?? task),
        close: () => world.close(),
      }
    },
  }
}

const real = new WeakMap<Task, Task>()

function spoiltTask(task: Task, fault: Fault): Task {
  const made = over(task, {
    socket(family: number, type: number, protocol: number) {
      const socket = task.socket(family, type, protocol)
      return over(socket, fault(socket))
    },
  })
  real.set(made, task)
  return made
}

/** The same object with some methods replaced. */
function over<T extends object>(target: T, methods: object): T {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
