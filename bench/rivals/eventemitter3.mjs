// eventemitter3, the usual EventEmitter of pages.
import { EventEmitter } from 'eventemitter3'
import { measureEmitter } from './emitters.mjs'

export function measure(given, params) {
  const emitter = new EventEmitter()
  return measureEmitter(given, params, {
    on: (listener) => emitter.on('message', listener),
    emit: (message) => emitter.emit('message', message),
  })
}
