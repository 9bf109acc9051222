// The Wasm instance behind typed calls. Everything that enters the kernel, enters here.

export { LAYOUT } from './abi.generated.js'
export { readClock } from './clock.js'
export { compile, type KernelSource } from './instantiate.js'
export { CN_HEADERS, type HostFunction, Machine, type MachineConfig } from './machine.js'
export type { Readers } from './readers.js'
