// A port as the web has it and as Node has it: messages in, and how it ends.

/** What a message event of the web has. */
interface PortEvent {
  readonly data?: unknown
  readonly ports?: readonly { close(): void }[]
}

/**
 * A MessagePort of the web or of Node's worker_threads; a Worker, a worker's own `self` or Node's parentPort will do if nothing else
 * travels on it.
 */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  addEventListener?(type: string, listener: (event: object) => void): void
  removeEventListener?(type: string, listener: (event: object) => void): void
  on?(type: string, listener: (value: unknown) => void): unknown
  off?(type: string, listener: (value: unknown) => void): unknown
  start?(): void
  close?(): void
}

export interface PortListener {
  message(data: unknown): void
  /** Something came that this host cannot read. */
  garbled(): void
  /** There is nobody at the other end any more. */
  gone(): void
}

/**
 * The port that was given.
 * @throws TypeError for anything else
 */
export function asPort(port: Port): Port {
  const listens = typeof port?.on === 'function' || typeof port?.addEventListener === 'function'
  if (!listens || typeof port.postMessage !== 'function') throw new TypeError('port must be a MessagePort')
  return port
}

/**
 * Whether the host always says when the other end of this port is gone. Node does. Browsers have a close event, or have none, and those
 * that have one do not fire it for a worker that was terminated.
 */
export function tellsEnd(port: Port): boolean {
  return typeof port.on === 'function'
}

/** Listens until the function that it gives is called. */
export function listen(port: Port, listener: PortListener): () => void {
  const { on, off } = port
  const handlers: [type: string, handler: (given: unknown) => void][] =
    typeof on === 'function' ? nodeHandlers(listener) : webHandlers(listener)
  for (const [type, handler] of handlers) {
    if (typeof on === 'function') on.call(port, type, handler)
    else port.addEventListener?.(type, handler)
  }
  if (typeof on !== 'function') port.start?.()
  return () => {
    for (const [type, handler] of handlers) {
      if (typeof on === 'function') off?.call(port, type, handler)
      else port.removeEventListener?.(type, handler)
    }
  }
}

function nodeHandlers(listener: PortListener): [string, (value: unknown) => void][] {
  return [
    ['message', (value) => listener.message(value)],
    ['messageerror', () => listener.garbled()],
    ['close', () => listener.gone()],
    ['exit', () => listener.gone()],
  ]
}

function webHandlers(listener: PortListener): [string, (event: unknown) => void][] {
  const message = (event: unknown) => {
    const { data, ports } = event as PortEvent
    // Nobody asked for ports: they would stay open until they are collected.
    for (const port of ports ?? []) port.close()
    listener.message(data)
  }
  return [
    ['message', message],
    ['messageerror', () => listener.garbled()],
    ['close', () => listener.gone()],
  ]
}

/** Ends it, if it is a port: close() of a worker's `self` would end the worker. */
export function closePort(port: Port): void {
  if (typeof port.start === 'function') port.close?.()
}
