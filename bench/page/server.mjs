// Serves the bench's pages on the loopback interface: / is a page that runs the script named in its address, one of dist/
// or bench/ or a bundle. The pages are cross-origin isolated, for a clock in steps of 5 µs.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const root = new URL('../../', import.meta.url)
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
}
const SCRIPT = /^\/[\w-]+(\/[\w-]+)*\.m?js$/
const FOLDERS = /^\/(dist|bench)\//

const pageOf = (script) =>
  `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="${script}"></script>\n`

/** Starts it; `bundles` is a Map from paths to texts. */
export async function serve(bundles) {
  const server = createServer((request, response) => {
    answer(new URL(request.url, 'http://bench'), bundles).then(
      ({ type, body }) => response.writeHead(200, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(body),
      () => response.writeHead(404, HEADERS).end(),
    )
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => closeServer(server) }
}

async function answer({ pathname, searchParams }, bundles) {
  const script = pathname === '/' ? searchParams.get('script') : pathname
  if (!SCRIPT.test(script)) throw new Error('not one of the bench')
  if (pathname === '/') return { type: 'text/html', body: pageOf(script) }
  if (bundles.has(script)) return { type: 'text/javascript', body: bundles.get(script) }
  if (!FOLDERS.test(script)) throw new Error('not one of the bench')
  return { type: 'text/javascript', body: await readFile(new URL(`.${script}`, root)) }
}

function closeServer(server) {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
}
