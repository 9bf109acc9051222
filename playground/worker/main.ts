// The worker: one run of one scene, or one journal. The page ends it and starts another for the next.
//
// It inherits the page's content security policy, because it is made from a blob: the user's code has no network, no eval, no page.

import type { FromWorker, ToWorker } from '../shared/protocol.js'
import { JournalRun } from './journal-run.js'
import { captureOf, Run } from './run.js'

let run: Run | JournalRun | undefined

const post = (message: FromWorker, transfer: Transferable[] = []) => self.postMessage(message, { transfer })

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const ask = 'ask' in data ? data.ask : null
  try {
    handle(data)
  } catch (error) {
    post({ type: 'refused', ask, why: error instanceof Error ? error.message : String(error) })
  }
})

function handle(message: ToWorker): void {
  switch (message.type) {
    case 'run':
      begin(new Run(message, post), message)
      break
    case 'open':
      run = new JournalRun(message.journal, post)
      break
    case 'until':
      run?.until(message.step)
      break
    case 'look':
      if (run !== undefined) post({ type: 'view', view: run.look(message.step) })
      break
    case 'export':
      if (run !== undefined) exportRun(message.ask, message.what, run.journal())
  }
}

function exportRun(ask: number, what: 'journal' | 'pcapng', journal: Uint8Array): void {
  post({ type: 'exported', ask, bytes: what === 'journal' ? journal : captureOf(journal) })
}

function begin(one: Run, message: Extract<ToWorker, { type: 'run' }>): void {
  run = one
  const print = (...values: unknown[]) => one.print(values)
  Object.assign(console, { log: print, info: print, warn: print, error: print, debug: print })
  self.addEventListener('unhandledrejection', (event) => {
    event.preventDefault()
    one.fail(event.reason)
  })
  self.addEventListener('error', (event) => {
    event.preventDefault()
    one.fail(event.error)
  })
  void one.start(message)
}
