// Serves the built playground on the loopback interface, and says where.
//   node scripts/playground-serve.mjs [--port 8080] [--under /any/path/]      port 0 takes any free one
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/** The file that a request names, or undefined if that is outside the folder. */
function fileOf(url, folder, under) {
  const path = decodeURIComponent(new URL(url, 'http://page').pathname)
  if (!path.startsWith(under) || path.includes('\0')) return undefined
  const file = join(folder, path.slice(under.length))
  if (!`${file}${sep}`.startsWith(folder + sep)) return undefined
  return path.endsWith('/') ? join(file, 'index.html') : file
}

/**
 * Starts the server; `url` is where the page is.
 *
 * @param {{ folder?: string, port?: number, under?: string }} [options] `under` is the path that the files are served at
 */
export async function servePlayground({ folder = join(root, 'build/playground'), port = 0, under = '/' } = {}) {
  const server = createServer(async (request, response) => {
    const file = fileOf(request.url, folder, under)
    const body = file === undefined ? undefined : await readFile(file).catch(() => undefined)
    if (body === undefined) {
      response.writeHead(404, HEADERS).end('not found\n')
      return
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': body.length })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${server.address().port}${under}`, close }
}

async function main() {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '8080' }, under: { type: 'string', default: '/' } },
  })
  const { url } = await servePlayground({ port: Number(values.port), under: values.under })
  process.stdout.write(`The playground is at ${url}\n`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
