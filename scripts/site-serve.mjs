// Serves the built site on the loopback interface, and says where.
//   node scripts/site-serve.mjs [--port 8080] [--under /any/path/]      port 0 takes any free one
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { servePlayground } from './playground-serve.mjs'

const folder = fileURLToPath(new URL('../build/site', import.meta.url))
const { values } = parseArgs({
  options: { port: { type: 'string', default: '8080' }, under: { type: 'string', default: '/' } },
})

servePlayground({ folder, port: Number(values.port), under: values.under }).then(
  ({ url }) => process.stdout.write(`The site is at ${url}\n`),
  (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  },
)
