// The userspace-style API: tasks, sockets, errors.

export { asBoolean, asBytes, asFunction, asObject, asPlainBytes, asSignal, asText } from './arguments.js'
export { SystemError } from './errors.js'
export { Socket } from './socket.js'
export { Task, type TaskWorld } from './task.js'
export { Waiters } from './waiters.js'
