// A line on a terminal that says how far the work is.

const INTERVAL_MS = 50

/** What is needed of process.stderr. */
export interface Terminal {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface Progress {
  show(done: number, total: number): void
  /** Wipes the line. */
  end(): void
}

/** Writes to `stream` if it is a terminal, else nowhere. */
export function progressOn(stream: Terminal, what: string): Progress {
  if (!stream.isTTY) return { show() {}, end() {} }
  let last = Number.NEGATIVE_INFINITY
  return {
    show(done, total) {
      const now = performance.now()
      if (now - last < INTERVAL_MS) return
      last = now
      stream.write(`\r${what}: ${Math.floor((100 * done) / total)} % (${done} of ${total})\x1b[K`)
    },
    end() {
      if (last > 0) stream.write('\r\x1b[K')
    },
  }
}
