// The whole package for runtimes that forbid compiling at run time, where a .wasm file that is imported is a module already: the
// export condition "workerd".

import { provideImported } from './machine/imported.js'

export * from './whole.js'

provideImported()
