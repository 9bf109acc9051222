// A bar on standard error while the bench runs; nothing where that is no terminal.

const WIDTH = 30

/** Counts to `total`; `at(text)` says what runs now, `done()` that it has, `end()` removes the bar. */
export function startProgress(total, stream = process.stderr) {
  const began = performance.now()
  let count = 0
  const draw = (text) => {
    if (!stream.isTTY) return
    const filled = Math.round((count / total) * WIDTH)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
    const line = `${bar} ${count}/${total}  ${remaining(performance.now() - began, count, total)}  ${text}`
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`)
  }
  return {
    at: draw,
    done: () => {
      count++
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\x1b[K')
    },
  }
}

function remaining(elapsed, count, total) {
  if (count === 0) return '--:-- left'
  const seconds = Math.ceil(((elapsed / count) * (total - count)) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`
}
