// The Wasm instance behind typed calls. Everything that enters the kernel, enters here. Journals stand apart, in journal/index.ts, so
// that an entry without them shares no file of dist/ with them.

export { KERNEL_DIGEST, LAYOUT } from './abi.generated.js'
export { checksum } from './checksum.js'
export { LAST_MS, readClock } from './clock.js'
export { copyImage } from './copy-image.js'
export {
  functionsOf,
  imageOf,
  machineOf,
  record,
  recycleImage,
  rewindTo,
  type SavedFunctions,
  setFunctions,
  twinOf,
} from './image.js'
export { asModule, compile, type KernelSource } from './instantiate.js'
export { Longs, type Room } from './longs.js'
export { type HostFunction, Machine, type MachineConfig } from './machine.js'
export type { Listener } from './pushed.js'
export type { Readers } from './readers.js'
export { NOBODY } from './reserved.js'
export { errorOf } from './thrown.js'
export { CN_HEADERS } from './windows.js'
