// serve(): a service.

import type { CoreKernel } from '../api.js'
import type { CbId } from '../uapi/index.js'
import type { Handler, ServeOptions } from './handler.js'
import { ConnectorService } from './service.js'

/**
 * Registers an id with the connector and answers its requests, until it is closed.
 *
 * @param id 1:1 is cn_proc's, -1:-1 the connector's own
 * @param handler called for each request, see Handler
 * @throws SystemError EINVAL (the id is registered already), ENOMEM; RangeError and TypeError for arguments that are none
 * @example
 * using service = serve(kernel, { idx: 5, val: 1 }, async ({ data }, _asker, signal) => compute(data, signal), { name: 'compute' })
 * @example
 * // As a module
 * let service: ConnectorService
 * kernel.insmod({
 *   name: 'echo',
 *   init(kernel) {
 *     service = serve(kernel, { idx: 5, val: 1 }, ({ data }) => data)
 *     return 0
 *   },
 *   exit: () => service.close(),
 * })
 */
export function serve(kernel: CoreKernel, id: CbId, handler: Handler, options: ServeOptions = {}): ConnectorService {
  return new ConnectorService(kernel, id, handler, options)
}
