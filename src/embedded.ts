// What makes machines, with the kernel's bytes embedded. It stands apart from index.ts so that who takes only constants and codecs
// from there does not get the bytes: bundlers leave this file out whole, or take it whole.

import type { BootOptions, Kernel, RestoreOptions, Snapshot } from './api.js'
import { provideEmbedded } from './machine/embedded.js'
import * as whole from './whole.js'

provideEmbedded()

/**
 * Compiles a kernel without blocking: for hosts that want it streamed, or compiled once for many workers. A module is given back as
 * it is, a URL is fetched; without a source it is the embedded kernel.
 *
 * @throws (rejects) TypeError for anything else; WebAssembly.CompileError for bytes that are no Wasm, and where the page or the host
 * forbids to compile; Error for a kernel that the server does not give; what fetch() throws
 * @example
 * const module = await compile()
 * const kernel = boot({ module })
 */
export function compile(source?: whole.KernelSource): Promise<WebAssembly.Module> {
  return whole.compile(source)
}

/**
 * Boots a kernel: an empty machine of its own, with the connector and cn_proc registered. Synchronous; the bytes are embedded.
 *
 * @throws TypeError, RangeError for options of the wrong type or size; WebAssembly.CompileError, which says what to do, where the
 * page or the host forbids to compile
 * @example
 * const kernel = boot()
 * kernel.cn_add_callback({ idx: 14, val: 1 }, 'hello', (msg) => kernel.printk(`got ${msg.len} bytes`))
 * const task = kernel.spawn()
 * using socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
 * socket.bind({})
 * socket.send(encodeConnectorMessage({ id: { idx: 14, val: 1 }, data: new Uint8Array(3) }))
 * kernel.dmesg() // [ '[    0.000000] got 3 bytes' ]
 */
export function boot(options?: BootOptions): Kernel {
  return whole.boot(options)
}

/**
 * A kernel that goes on from a snapshot, of this or of another kernel, or from an exported one. Functions are no part of a snapshot:
 * callbacks are bound again by id, hooks and timers by the restore() of their modules; `kernel.unbound` lists what is not. Tasks and
 * sockets are found by kernel.tasks() and kernel.sockets(task). Who waited for a socket is gone.
 *
 * @throws RangeError, with the place, for bytes that are no snapshot or are damaged; TypeError
 * @example
 * const kernel = boot()
 * kernel.spawn({ comm: 'listener' }).socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR).bind({ nl_groups: 1 })
 * const twin = restore(kernel.snapshot().export())
 * twin.stateHash() === kernel.stateHash() // true
 */
export function restore(snapshot: Snapshot | Uint8Array, options?: RestoreOptions): Kernel {
  return whole.restore(snapshot, options)
}

/**
 * Runs a scenario once for each seed, in a fresh kernel, with a schedule that the seed decides. A seed fails if the scenario, the check, a
 * program, queued work or a timer throws, if the check gives false, if programs wait for ever, if they never come to rest, or if the
 * kernel leaks. Then the schedule is shrunk to a plain one that fails in the same way. Time moves to the next timer whenever everybody waits (kernel.schedule.autoAdvance).
 * Scenario, programs and check may await the kernel and each other; who awaits the outside world counts as stuck while he does.
 *
 * @throws (rejects) SimulationFailure, whose message says how to run it again, unless `throws` is false; TypeError, RangeError for the options
 * @example
 * await simulate({
 *   seeds: 1000,
 *   scenario(kernel) {
 *     for (const comm of ['a', 'b']) void kernel.run(kernel.spawn({ comm }), (task) => program(kernel, task))
 *   },
 *   check: (kernel) => assert.equal(kernel.dmesg().length, 2),
 * })
 */
export function simulate(options: whole.SimulateOptions): Promise<whole.SimulationResult> {
  return whole.simulate(options)
}

/**
 * Plays a journal (see kernel.journal) in a machine of its own: the same calls with the same bytes, and in place of each function of the
 * host what that did the first time. `difference` is what went another way first, or null: on every host and in every build of the kernel
 * it is null for a journal that was recorded by it.
 *
 * @throws TypeError for anything but a Uint8Array; JournalError, with the place, for a journal that is damaged, cut short, of another kernel
 * or none; what `progress` and `tap` throw
 * @example
 * const kernel = boot({ journal: true })
 * kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR).bind({})
 * const { calls, stateHash, difference } = replay(kernel.journal.export())
 * stateHash === kernel.stateHash() // true
 */
export function replay(journal: Uint8Array, options?: whole.ReplayOptions): whole.ReplayResult {
  return whole.replay(journal, options)
}

/**
 * Runs a scenario twice, with the same options, and compares each call of the second run with that of the first: arguments, bytes,
 * results, what callbacks answered. A scenario that uses a clock or a generator of its own, or the order of anything outside, is found out.
 *
 * @returns how many calls both runs made, and the state's digest at their end
 * @throws (rejects) DivergenceError at the first call that is not the same; what the scenario throws
 * @example
 * await selfCheck((kernel) => kernel.spawn({ uid: 1000 + (Date.now() % 1000) })) // DivergenceError
 */
export function selfCheck(
  scenario: (kernel: Kernel) => void | Promise<void>,
  options?: BootOptions,
): Promise<{ readonly calls: number; readonly stateHash: string }> {
  return whole.selfCheck(scenario, options)
}
