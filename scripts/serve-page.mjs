// Serves the pages: examples/page at /, examples/shared-worker at /shared-worker/, the built package at /dist/. Cross-origin isolated, so that workers can share memory.
//   node scripts/serve-page.mjs [--port 8080]      port 0 takes any free one
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = {
  '/dist/': join(root, 'dist'),
  '/shared-worker/': join(root, 'examples/shared-worker'),
  '/': join(root, 'examples/page'),
}
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pcapng': 'application/octet-stream',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** The file that a request path names, or undefined if that is outside the served folders. */
function fileOf(url) {
  const path = decodeURIComponent(new URL(url, 'http://page').pathname)
  const [prefix, folder] = Object.entries(FOLDERS).find(([start]) => path.startsWith(start))
  const file = join(folder, path.slice(prefix.length))
  if (path.includes('\0') || !`${file}${sep}`.startsWith(folder + sep)) return undefined
  return path.endsWith('/') ? join(file, 'index.html') : file
}

async function answer(request, response) {
  const file = fileOf(request.url)
  const size = file && (await stat(file).then((found) => (found.isFile() ? found.size : undefined)))
  if (size === undefined) throw new Error('not a file')
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': size })
  if (request.method === 'HEAD') response.end()
  else createReadStream(file).pipe(response)
}

/** Starts the server on the loopback interface; `url` is where the page is. */
export async function servePage(port = 0) {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(404, HEADERS).end('not found\n'))
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => closeServer(server) }
}

function closeServer(server) {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
}

async function main() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' } } })
  const { url } = await servePage(Number(values.port))
  process.stdout.write(`${url}\n`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
