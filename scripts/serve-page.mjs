// Serves the pages: examples/page at /, examples/shared-worker at /shared-worker/, the built package at /dist/. Cross-origin isolated, so that workers can share memory.
//   node scripts/serve-page.mjs [--port 8080]      port 0 takes any free one
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { fileIn, serveCommand, serveFiles } from './serve-files.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = {
  '/dist/': join(root, 'dist'),
  '/shared-worker/': join(root, 'examples/shared-worker'),
  '/': join(root, 'examples/page'),
}
const ISOLATED = {
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
}

function find(path) {
  const [prefix, folder] = Object.entries(FOLDERS).find(([start]) => path.startsWith(start))
  return fileIn(folder, path.slice(prefix.length))
}

/** Starts the server on the loopback interface; `url` is where the page is. */
export const servePage = (port = 0) => serveFiles({ find, headers: ISOLATED, port })

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await serveCommand('The page', ({ port }) => servePage(port))
}
