// kernel.explain(): why would this message reach nobody, or not this socket?

export { explain } from './explain.js'
export type { Reason } from './reasons.js'
