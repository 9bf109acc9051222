// The kernel-style API.

export { Kernel } from './kernel.js'
export { DEFAULT_LIMITS, DEFAULT_PROFILE } from './profiles.js'
