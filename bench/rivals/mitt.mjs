// mitt, the smallest of them.
import mitt from 'mitt'
import { measureEmitter } from './emitters.mjs'

export function measure(given, params) {
  const emitter = mitt()
  return measureEmitter(given, params, {
    on: (listener) => emitter.on('message', listener),
    emit: (message) => emitter.emit('message', message),
  })
}
