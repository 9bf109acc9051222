// What else there is in JavaScript, each in a Node process of its own; rivals/ has one file for each.
import { fileURLToPath } from 'node:url'
import { prepare } from './node.mjs'
import { runProcess } from './process.mjs'

const program = fileURLToPath(new URL('../rivals/process.mjs', import.meta.url))

const rival = (file, title) => ({
  title,
  prepare,
  run: ({ params }) => runProcess(process.execPath, [program, file, JSON.stringify(params)]),
})

export const rivals = {
  'event-emitter': rival('event-emitter', 'EventEmitter'),
  eventemitter3: rival('eventemitter3', 'eventemitter3'),
  mitt: rival('mitt', 'mitt'),
  'broadcast-channel': rival('broadcast-channel', 'BroadcastChannel'),
  'message-channel': rival('message-channel', 'MessageChannel'),
  'queue-of-objects': rival('queue-of-objects', 'queue of objects'),
  'typed-array-queue': rival('typed-array-queue', 'typed array'),
}
