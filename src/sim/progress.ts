// One line on a terminal that says how many seeds are done. Where there is no terminal, nothing is written.

/** What of a process is needed, on hosts that have one. */
interface Process {
  readonly stderr?: { readonly isTTY?: boolean; write(text: string): unknown }
}

const WIPE = '\x1b[K'

/** Writes the line over, whenever its percentage is another; the last call wipes it. */
export function terminalProgress(): (done: number, total: number) => void {
  const { stderr } = (globalThis as { process?: Process }).process ?? {}
  if (!stderr?.isTTY) return () => {}
  let shown = -1
  return (done, total) => {
    const percent = Math.floor((100 * done) / total)
    if (done === total) stderr.write(`\r${WIPE}`)
    else if (percent !== shown) stderr.write(`\rsimulating: ${percent} % (${done} of ${total} seeds)${WIPE}`)
    shown = percent
  }
}
