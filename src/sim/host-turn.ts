// One turn of the host's task queue: what runs then, runs after all promises that could go on have gone on.

type Later = (fn: () => void) => void

// As they were when the module was loaded: whoever replaces the host's timers later does not hold schedules up.
const { setImmediate: immediate, MessageChannel: Channel } = globalThis as {
  setImmediate?: (fn: () => void) => unknown
  MessageChannel?: typeof MessageChannel
}

let later: Later | undefined

function makeLater(): Later {
  if (immediate !== undefined) return (fn) => void immediate(fn)
  if (Channel === undefined) throw new Error('this host has neither setImmediate nor MessageChannel')
  const { port1, port2 } = new Channel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return (fn) => {
    waiting.push(fn)
    port2.postMessage(null)
  }
}

/** Runs `fn` soon, when no promise of now has anything left to do. */
export function afterPromises(fn: () => void): void {
  later ??= makeLater()
  later(fn)
}
