// The pump of a kernel, for a worker that has a loop of its own.

import type { Kernel } from '../api.js'
import { asObject } from '../user/arguments.js'
import type { RingPump as RingPumpInterface } from './api.js'
import { RingPump } from './ring-pump.js'

/**
 * What moves the messages of all shared sockets of a kernel that this worker serves.
 *
 * @throws TypeError for what is no kernel; an Error that says why where memory cannot be shared
 * @example
 * const pump = pumpOf(kernel)
 * for (;;) {
 *   pump.turn(256, 100)
 *   while (socket.poll(POLLIN)) take(socket.recv(buffer))
 * }
 */
export function pumpOf(kernel: Kernel): RingPumpInterface {
  if (typeof asObject(kernel, 'kernel').spawn !== 'function') throw new TypeError('kernel must be a Kernel')
  return RingPump.of(kernel)
}
