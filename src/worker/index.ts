// One machine for many pages and workers: serve() where it lives, connect() where it is used.

export { SystemError } from '../user/errors.js'
export type {
  CallOptions,
  ConnectOptions,
  Destination,
  EndReason,
  RemoteKernel,
  RemoteSocket,
  RingPump,
  Served,
  ServeLimits,
  ServeOptions,
  SharedSocket,
} from './api.js'
export { connect } from './connect.js'
export { DEFAULT_SERVE_LIMITS } from './limits.js'
export type { Port } from './port.js'
export { pumpOf } from './pump-of.js'
export { serve } from './serve.js'
