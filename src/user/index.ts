// The userspace-style API: tasks, sockets, errors.

export {
  asBoolean,
  asBytes,
  asFunction,
  asHook,
  asInteger,
  asName,
  asNumber,
  asObject,
  asObjects,
  asOptions,
  asPlainBytes,
  asText,
  signalOf,
} from './arguments.js'
export { SystemError } from './errors.js'
export { Socket } from './socket.js'
export { Task, type TaskWorld } from './task.js'
export { adoptTasks, restoreTasks, type SavedTask, saveTasks } from './task-history.js'
export { type Scheduler, type Wait, Waiters } from './waiters.js'
