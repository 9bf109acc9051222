// connect(): a client, and the type of what its loops give.

import type { CoreKernel, Task } from '../api.js'
import { ConnectorClient } from './client.js'
import type { MessageOrLoss } from './messages.js'
import type { ConnectOptions } from './options.js'

/**
 * Opens a socket of NETLINK_CONNECTOR for a task, binds it and joins groups.
 *
 * @param kernel the task's kernel: its clock times requests out, its generator makes acknowledge numbers
 * @param task whose socket it is: its privileges count, and when it exits the client is closed
 * @throws SystemError of socket (ENFILE, ENOMEM, ENOBUFS), bind (EADDRINUSE) or setsockopt (EPERM: an even group without
 *   CAP_NET_ADMIN; EINVAL: no such group); RangeError and TypeError for options that are none
 * @example
 * using client = connect(kernel, kernel.spawn(), { groups: [5] })
 * for await (const { data } of client) handle(data)
 * @example
 * // Losses as values
 * const client = connect(kernel, task, { groups: [5], sequence: 'per-id', losses: 'values' })
 * for await (const item of client) {
 *   if (item.type === 'message') handle(item)
 *   else resynchronise(item)
 * }
 */
export function connect(
  kernel: CoreKernel,
  task: Task,
  options: ConnectOptions & { readonly losses: 'values' },
): ConnectorClient<MessageOrLoss>
export function connect(
  kernel: CoreKernel,
  task: Task,
  options?: ConnectOptions & { readonly losses?: 'errors' },
): ConnectorClient
export function connect(kernel: CoreKernel, task: Task, options?: ConnectOptions): ConnectorClient<MessageOrLoss>
export function connect(kernel: CoreKernel, task: Task, options: ConnectOptions = {}): ConnectorClient<MessageOrLoss> {
  return new ConnectorClient<MessageOrLoss>(kernel, task, options)
}
