// Starts the worker that has the machine and runs the user's code.
//
// It is made from a blob that imports the real file: a worker from a blob has the content security policy of its page, one from
// a file only what the server says, and static servers say nothing. So the user's code cannot talk to any host.

import { MODULES } from 'playground:modules'

const absolute = (path: string) => new URL(path, document.baseURI).href

/** A worker of its own, and the addresses of the modules that code may import. */
export function startWorker(): { worker: Worker; modules: Readonly<Record<string, string>> } {
  const text = `import ${JSON.stringify(absolute('./worker.js'))}`
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  const worker = new Worker(url, { type: 'module', name: 'kernel' })
  worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true })
  const modules = Object.fromEntries(Object.entries(MODULES).map(([name, path]) => [name, absolute(path)]))
  return { worker, modules }
}
