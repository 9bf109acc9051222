/// <reference lib="esnext.disposable" preserve="true" />
// The public surface as types: what a program may call, what it gets back, which errors it may meet.
// The classes in kernel/ and user/ implement these interfaces. Who compiles against them need not know of Symbol.dispose: hence the
// library above.

export type * from './api/boot.js'
export { HZ } from './api/boot.js'
export type * from './api/faults.js'
export type * from './api/history.js'
export type * from './api/inspection.js'
export type * from './api/kernel.js'
export type * from './api/messages.js'
export type * from './api/tap.js'
export type * from './api/time.js'
export type * from './api/user.js'
export type { Profile, TruesizeTable } from './uapi/index.js'
