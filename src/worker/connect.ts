// Waits for the serving end of a port.

import { ECONNREFUSED, ECONNRESET, u32 } from '../uapi/index.js'
import { asHook, asOptions, asSignal } from '../user/arguments.js'
import { SystemError } from '../user/errors.js'
import type { ConnectOptions, RemoteKernel as RemoteKernelInterface } from './api.js'
import type { Welcome } from './connection.js'
import { asPort, closePort, listen, type Port } from './port.js'
import { fieldsOf } from './reading.js'
import { RemoteKernel } from './remote-kernel.js'
import { VERSION } from './wire.js'

const MAX_QUEUED = 1024
const SILENCE_MS = 60_000

/**
 * Connects to the kernel that the other end of a port serves, now or later. In a page the connection ends when the page is hidden for
 * good, or kept for going back: then connect again.
 *
 * @throws (rejects) TypeError, RangeError; SystemError ECONNREFUSED if what serves there is of another version or nothing of ours,
 * ECONNRESET if it has ended; the signal's reason
 * @example
 * const { port } = new SharedWorker('kernel.js', { type: 'module' })
 * const kernel = await connect(port)
 * const socket = await kernel.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
 * await socket.bind({ nl_groups: 1 })
 * for await (const { data } of socket) show(data)
 */
export async function connect(port: Port, options: ConnectOptions = {}): Promise<RemoteKernelInterface> {
  const {
    maxQueued = MAX_QUEUED,
    silence = SILENCE_MS,
    onError,
  } = asOptions(options, 'options', { signal: 1, maxQueued: 1, silence: 1, onError: 1 })
  const signal = asSignal(options.signal)
  u32(maxQueued, 'maxQueued')
  u32(silence, 'silence')
  asHook(onError, 'onError')
  asPort(port)
  signal?.throwIfAborted()
  return await new Promise<RemoteKernelInterface>((resolve, reject) => {
    const fail = (error: unknown) => {
      stop()
      closePort(port)
      reject(error)
    }
    const abort = () => {
      port.postMessage({ type: 'close' }, [])
      fail(signal?.reason)
    }
    const stopListening = listen(port, {
      message(data) {
        const message = fieldsOf(data)
        if (message.type === 'closed') fail(new SystemError(-ECONNRESET, 'connect'))
        else if (message.type !== 'welcome' || message.version !== VERSION) {
          fail(new SystemError(-ECONNREFUSED, 'connect'))
        } else {
          // Listens before this listener is gone, so that a port never is without one.
          const kernel = new RemoteKernel({ port, welcome: message as unknown as Welcome, maxQueued, silence, onError })
          stop()
          closeWithPage(kernel)
          void kernel.watched.then(() => resolve(kernel))
        }
      },
      garbled: () => fail(new SystemError(-ECONNREFUSED, 'connect')),
      gone: () => fail(new SystemError(-ECONNRESET, 'connect')),
    })
    const stop = () => {
      stopListening()
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

// A page that is kept for going back runs nothing: its sockets would only fill.
function closeWithPage(kernel: RemoteKernel): void {
  if (typeof document === 'undefined' || typeof addEventListener !== 'function') return
  const close = () => kernel.close()
  addEventListener('pagehide', close)
  void kernel.ended.then(() => removeEventListener('pagehide', close))
}
