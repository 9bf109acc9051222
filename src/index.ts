// kernel-connector: Linux's netlink stack and Kernel Connector as a WebAssembly machine.

import type { BootOptions, Kernel } from './api.js'
import { Kernel as KernelMachine } from './kernel/index.js'

export type * from './api.js'
export { HZ } from './api.js'
export * from './kernel/genetlink/index.js'
export { DEFAULT_LIMITS, DEFAULT_PROFILE } from './kernel/index.js'
export { compile, type KernelSource } from './machine/index.js'
export * from './uapi/index.js'
export { SystemError } from './user/index.js'

/**
 * Boots a kernel: an empty machine of its own, with the connector and cn_proc registered. Synchronous; the bytes are embedded.
 *
 * @throws TypeError, RangeError for options of the wrong type or size; WebAssembly.CompileError where a host forbids Wasm
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
  return new KernelMachine(options)
}
