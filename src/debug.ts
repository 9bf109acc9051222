// kernel-connector/debug: the whole package, with the debug build of the kernel. Its classes are those of the other entries.

export { boot, compile, replay, restore, selfCheck, simulate } from './embedded-debug.js'
export * from './whole.js'
