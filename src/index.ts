// kernel-connector: Linux's netlink stack and Kernel Connector as a WebAssembly machine.

export { boot, compile, replay, restore, selfCheck, simulate } from './embedded.js'
export * from './whole.js'
