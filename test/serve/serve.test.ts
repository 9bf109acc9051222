// The servers of the pages: what they give, what they refuse, and what they say when they cannot start.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servePlayground } from '../../scripts/playground-serve.mjs'
import { servePage } from '../../scripts/serve-page.mjs'
import { runNode } from '../support/run-node.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'serve-'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  writeFileSync(join(folder, 'picture.png'), Uint8Array.of(1, 2, 3))
})

afterAll(() => rmSync(folder, { recursive: true }))

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
}

/** Asks for a path as it stands: fetch() would mend some of them. */
function ask(url: string, path: string, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method }, (response) => {
      response.resume()
      resolve({ status: response.statusCode, type: response.headers['content-type'] })
    })
    asked.on('error', reject).end()
  })
}

describe.each([
  ['the playground', () => servePlayground({ folder })],
  ['the example page', () => servePage()],
])('the server of %s', (_name, serve) => {
  test('gives what lies in its folder, and nothing else, whatever it is asked', async () => {
    const server = await serve()
    try {
      for (const path of ['/%zz', '/%00', '/../package.json', '/..%2fpackage.json', '/nothing', '//', '/index.html/']) {
        expect(await ask(server.url, path), path).toMatchObject({ status: 404 })
      }
      expect(await ask(server.url, '/')).toEqual({ status: 200, type: 'text/html; charset=utf-8' })
      expect(await ask(server.url, '/index.html', 'HEAD')).toMatchObject({ status: 200 })
    } finally {
      await server.close()
    }
  })
})

test('a picture is one, and lies where the server is told', async () => {
  const server = await servePlayground({ folder, under: '/some/where/' })
  try {
    expect(await ask(server.url, '/some/where/picture.png')).toEqual({ status: 200, type: 'image/png' })
    expect(await ask(server.url, '/picture.png')).toMatchObject({ status: 404 })
  } finally {
    await server.close()
  }
})

describe.each(['playground-serve', 'site-serve', 'serve-page'])('%s', (script) => {
  const start = (...options: string[]) => runNode([`scripts/${script}.mjs`, ...options])

  test('says that its port is taken, and how to have another', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { status, stderr } = await start('--port', String(port))
    other.close()
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `port ${port} is taken; --port N takes another one, --port 0 any that is free\n`,
    })
  })

  test.each([
    [['--port', 'none'], '--port must be a number from 0 to 65535, not "none"\n'],
    [['--prot', '8081'], "Unknown option '--prot'"],
  ])('refuses %j', async (options, message) => {
    const { status, stderr } = await start(...options)
    expect(status).toBe(1)
    expect(stderr.slice(0, message.length)).toBe(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
