// The same as workerd.ts, for runtimes that must be asked for a module: the export condition "edge-light".

import { provideImported } from './machine/imported-module.js'

export * from './whole.js'

provideImported()
