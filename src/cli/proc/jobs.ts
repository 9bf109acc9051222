// What the tasks of the simulated workload do. A job is a generator: it does something, then says for how many microseconds it
// waits.

import type { Task } from '../../index.js'
import { SIGABRT, SIGKILL, SIGSEGV, SIGTERM } from '../../uapi/index.js'

export type Job = Generator<number, void, void>

/** What a job can do beside what a task can do by itself. */
export interface World {
  readonly shell: Task
  readonly sshd: Task
  readonly make: Task
  /** A random number from 0 to n - 1. */
  below(n: number): number
  pick<T>(list: readonly T[]): T
  /** A child on a CPU that chance decides. */
  fork(parent: Task): Task
  thread(process: Task): Task
  exit(task: Task, code: number): void
  /** The task ends by the signal. */
  kill(task: Task, signal: number): void
}

const TOOLS = ['ls', 'grep', 'sort', 'awk', 'sed', 'cat', 'wc', 'find']
const FIRST_USER = 1000
const USERS = 5
/** What root runs as somebody else. */
const DAEMON_ID = 33

/** A child that runs a program, after the moment that a fork takes. */
function* start(world: World, parent: Task, program: string): Generator<number, Task, void> {
  const child = world.fork(parent)
  yield 40 + world.below(300)
  child.exec(program)
  return child
}

/** Tools in a row, as a shell starts them. The last one may find nothing: exit 1. */
function* pipeline(world: World, shell = world.shell): Job {
  const tools: Task[] = []
  for (let left = 1 + world.below(3); left > 0; left--) tools.push(yield* start(world, shell, world.pick(TOOLS)))
  for (const tool of tools) {
    yield 200 + world.below(8000)
    world.exit(tool, tool === tools.at(-1) && world.below(5) === 0 ? 1 : 0)
  }
}

/** A compiler and its assembler; now and then there is an error in the source. */
function* compile(world: World): Job {
  const compiler = yield* start(world, world.make, 'cc')
  const passes = yield* start(world, compiler, 'cc1')
  yield 3000 + world.below(60_000)
  const failed = world.below(12) === 0
  world.exit(passes, failed ? 1 : 0)
  if (!failed) {
    const assembler = yield* start(world, compiler, 'as')
    yield 1000 + world.below(5000)
    world.exit(assembler, 0)
  }
  yield 50 + world.below(200)
  world.exit(compiler, failed ? 1 : 0)
}

/** Somebody logs in: a session of its own, another identity, a shell that runs a few commands. */
function* login(world: World): Job {
  const shell = world.fork(world.sshd)
  yield 500 + world.below(2000)
  const user = FIRST_USER + world.below(USERS)
  shell.setsid()
  shell.setresgid(user, user, user)
  shell.setresuid(user, user, user)
  yield 100 + world.below(500)
  shell.exec('bash')
  yield 100 + world.below(500)
  shell.setcomm('-bash')
  for (let left = 1 + world.below(4); left > 0; left--) {
    yield 5000 + world.below(100_000)
    yield* pipeline(world, shell)
  }
  world.exit(shell, world.pick([0, 0, 0, 130]))
}

/** A process with threads that have names. */
function* pool(world: World): Job {
  const process = yield* start(world, world.shell, 'worker')
  const threads: Task[] = []
  for (let i = 0; i < 2 + world.below(4); i++) {
    const thread = world.thread(process)
    yield 10 + world.below(50)
    thread.setcomm(`worker/${i}`)
    threads.push(thread)
    yield 20 + world.below(200)
  }
  for (const thread of threads) {
    yield 500 + world.below(20_000)
    world.exit(thread, 0)
  }
  yield 100 + world.below(500)
  world.exit(process, 0)
}

/** A service that gives up its rights and is stopped, by the administrator or by its own mistake. */
function* service(world: World): Job {
  const process = yield* start(world, world.shell, 'httpd')
  process.setsid()
  process.setresgid(DAEMON_ID, DAEMON_ID, DAEMON_ID)
  process.setresuid(DAEMON_ID, DAEMON_ID, DAEMON_ID)
  yield 20_000 + world.below(200_000)
  world.kill(process, world.pick([SIGTERM, SIGTERM, SIGKILL, SIGSEGV, SIGABRT]))
}

/** A debugger looks at a program until it crashes. */
function* debug(world: World): Job {
  const debugger_ = yield* start(world, world.shell, 'gdb')
  const program = yield* start(world, debugger_, 'buggy')
  debugger_.ptrace('attach', program)
  yield 2000 + world.below(50_000)
  if (world.below(2) === 0) {
    debugger_.ptrace('detach', program)
    yield 500 + world.below(3000)
    world.exit(program, 0)
  } else {
    world.kill(program, SIGSEGV)
  }
  yield 200 + world.below(1000)
  world.exit(debugger_, 0)
}

/** What may begin; what stands here more often begins more often. */
export const JOBS: readonly ((world: World) => Job)[] = [
  (world) => pipeline(world),
  (world) => pipeline(world),
  (world) => pipeline(world),
  compile,
  compile,
  compile,
  login,
  pool,
  service,
  debug,
]
