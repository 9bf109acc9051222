// A kernel, and clients of it over MessageChannel.
import { MessageChannel } from 'node:worker_threads'
import { afterEach } from 'vitest'
import type { BootOptions, Kernel } from '../../src/api.js'
import { boot, NETLINK_CONNECTOR, NETLINK_USERSOCK } from '../../src/index.js'
import { AF_NETLINK, SOCK_DGRAM } from '../../src/uapi/index.js'
import { connect } from '../../src/worker/connect.js'
import type { ConnectOptions, RemoteKernel, RemoteSocket, Served, ServeOptions } from '../../src/worker/index.js'
import { serve } from '../../src/worker/serve.js'

export interface Client {
  readonly kernel: Kernel
  readonly served: Served
  readonly remote: RemoteKernel
}

export interface World {
  readonly kernel: Kernel
  client(options?: ServeOptions, connectOptions?: ConnectOptions): Promise<Client>
}

const open: Omit<Client, 'kernel'>[] = []

// Before the kernels are halted.
afterEach(async () => {
  for (const { served, remote } of open.splice(0)) {
    served.close()
    await Promise.all([served.ended, remote.ended])
  }
})

/** A kernel whose clients are all gone when the test ends. */
export function makeWorld(bootOptions?: BootOptions): World {
  const kernel = boot(bootOptions)
  return { kernel, client: (options, connectOptions) => makeClient(kernel, options, connectOptions) }
}

export async function makeClient(kernel: Kernel, options?: ServeOptions, connectOptions?: ConnectOptions) {
  const { port1, port2 } = new MessageChannel()
  const served = serve(kernel, port1, options)
  const remote = await connect(port2, connectOptions)
  open.push({ served, remote })
  return { kernel, served, remote }
}

export function connectorSocket(remote: RemoteKernel): Promise<RemoteSocket> {
  return remote.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
}

export function userSocket(remote: RemoteKernel): Promise<RemoteSocket> {
  return remote.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
}

/** What a promise is rejected with. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${String(value)}`)
    },
    (error: unknown) => error,
  )
}

/** Lets ports deliver what they hold. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
}
