// Serves the built playground on the loopback interface, and says where.
//   node scripts/playground-serve.mjs [--port 8080] [--under /any/path/]      port 0 takes any free one
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { fileIn, serveCommand, serveFiles } from './serve-files.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Starts the server; `url` is where the page is.
 *
 * @param {{ folder?: string, port?: number, under?: string }} [options] `under` is the path that the files are served at
 */
export async function servePlayground({ folder = join(root, 'build/playground'), port = 0, under = '/' } = {}) {
  const find = (path) => (path.startsWith(under) ? fileIn(folder, path.slice(under.length)) : undefined)
  const { url, close } = await serveFiles({ find, headers: { 'referrer-policy': 'no-referrer' }, port })
  return { url: new URL(under, url).href, close }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await serveCommand('The playground', servePlayground, { under: '/' })
}
