// The kernel-style API.

export { Kernel } from './kernel.js'
export { DEFAULT_LIMITS, DEFAULT_PROFILE, LINUX_2_6_14, LINUX_6 } from './profiles.js'
