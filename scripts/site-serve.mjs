// Serves the built site on the loopback interface, and says where.
//   node scripts/site-serve.mjs [--port 8080] [--under /any/path/]      port 0 takes any free one
import { fileURLToPath } from 'node:url'
import { servePlayground } from './playground-serve.mjs'
import { serveCommand } from './serve-files.mjs'

const folder = fileURLToPath(new URL('../build/site', import.meta.url))

await serveCommand('The site', (options) => servePlayground({ folder, ...options }), { under: '/' })
