// A server of files on the loopback interface, and a command around it.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, sep } from 'node:path'
import { parseArgs } from 'node:util'

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** The file of a folder that a path below it names; undefined for what lies outside. A path that ends like a folder is its index.html. */
export function fileIn(folder, path) {
  const file = join(folder, path)
  if (path.includes('\0') || !`${file}${sep}`.startsWith(folder + sep)) return undefined
  return path === '' || path.endsWith('/') ? join(file, 'index.html') : file
}

/**
 * Starts the server.
 *
 * @param {object} options
 * @param {(path: string) => string | undefined} options.find the file of a path
 * @param {Record<string, string>} [options.headers] further ones
 * @param {number} [options.port] 0 takes any free one
 */
export async function serveFiles({ find, headers = {}, port = 0 }) {
  const all = { ...HEADERS, ...headers }
  const answer = async ({ method, url }, response) => {
    const file = find(decodeURIComponent(new URL(url, 'http://page').pathname))
    const body = await readFile(file)
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { ...all, 'content-type': type, 'content-length': body.length })
    response.end(method === 'HEAD' ? undefined : body)
  }
  const server = createServer((request, response) => {
    // A path that is none, a file that is none, no file at all.
    answer(request, response).catch(() => response.writeHead(404, all).end('not found\n'))
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${server.address().port}/`, close }
}

/** Starts a server with the options of the command line, and says what is where. `under`, where it can be chosen, is the path of the page. */
export async function serveCommand(what, serve, { under } = {}) {
  try {
    const { url } = await serve(readOptions(under))
    process.stdout.write(`${what} is at ${url}\n`)
  } catch (error) {
    const taken = `port ${error.port} is taken; --port N takes another one, --port 0 any that is free`
    process.stderr.write(`${error.code === 'EADDRINUSE' ? taken : error.message}\n`)
    process.exitCode = 1
  }
}

function readOptions(under) {
  const path = under === undefined ? {} : { under: { type: 'string', default: under } }
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' }, ...path } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`--port must be a number from 0 to 65535, not "${values.port}"`)
  }
  return { ...values, port }
}
