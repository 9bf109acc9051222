// Serves a kernel to whoever holds the other end of a port.

import type { Kernel } from '../api.js'
import { asObject } from '../user/arguments.js'
import type { Served as ServedInterface, ServeOptions } from './api.js'
import type { Port } from './port.js'
import { Served } from './served.js'

/**
 * Makes a task for the other end of a port, and its calls as they come. When the connection ends the task exits: its sockets are closed,
 * its callbacks unregistered. Whatever the other end sends, it reaches no further than its task may, and nobody else's connection.
 *
 * @param port both ends of it are for this alone
 * @throws TypeError, RangeError for the options; SystemError as kernel.spawn()
 * @example
 * const kernel = boot()
 * self.onconnect = ({ ports: [port] }) => serve(kernel, port, { uid: 1000 })
 */
export function serve(kernel: Kernel, port: Port, options: ServeOptions = {}): ServedInterface {
  if (typeof asObject(kernel, 'kernel').spawn !== 'function') throw new TypeError('kernel must be a Kernel')
  return new Served(kernel, port, options)
}
