// Node's own EventEmitter.
import { EventEmitter } from 'node:events'
import { measureEmitter } from './emitters.mjs'

export function measure(given, params) {
  const emitter = new EventEmitter().setMaxListeners(params.listeners)
  return measureEmitter(given, params, {
    on: (listener) => emitter.on('message', listener),
    emit: (message) => emitter.emit('message', message),
  })
}
