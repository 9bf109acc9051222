// The built files as bundlers see them: what they reach for, what they cost, and that they fit together.
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { bundleProgram, importsOutside, sizeOf } from './bundles.js'
import { ANSWER, TALK } from './programs.js'
import { root } from './stranger.js'

interface Conditions {
  readonly default: string
  readonly [condition: string]: string
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly exports: Readonly<Record<string, string | Conditions>>
}

/** Every JavaScript file that package.json offers, with the entry and the condition that lead to it. */
const offered = Object.entries(manifest.exports).flatMap(([entry, target]) =>
  Object.entries(typeof target === 'string' ? { default: target } : target)
    .filter(([, file]) => file.endsWith('.js'))
    .map(([condition, file]) => ({ entry, condition, file: file.replace('./dist/', '') })),
)

/** The only things outside that an entry may import. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  'workerd.js': ['./kernel.wasm'],
  'edge-light.js': ['./kernel.wasm?module'],
}

describe('no built-in module of Node', () => {
  const forBrowsers = offered.filter(({ entry }) => entry !== './host')

  test.each(forBrowsers)('is reached from $entry ($condition)', async ({ file }) => {
    expect(await importsOutside(file)).toEqual(OUTSIDE[file] ?? [])
  })

  test('goes unnoticed: the entry for Linux has some', async () => {
    expect(forBrowsers.length).toBeGreaterThanOrEqual(6)
    expect(await importsOutside('host.js')).toContain('node:module')
  })
})

const NAMES =
  'boot, AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR, GFP_KERNEL, encodeConnectorMessage, decodeConnectorMessage'
const KB = 1024

// docs/bundlers.md says these figures too, in whole KB.
describe('a bundle of a program that boots a kernel and sends messages, after gzip', () => {
  test('has at most 57.5 KB with the kernel in it', async () => {
    expect((await sizeOf(`export { ${NAMES} } from './index.js'`)).gzip).toBeLessThanOrEqual(57.5 * KB)
  })

  test('has at most 24 KB without it', async () => {
    expect((await sizeOf(`export { ${NAMES}, compile } from './slim.js'`)).gzip).toBeLessThanOrEqual(24 * KB)
  })

  test('pays for nothing but what it uses', async () => {
    const codecs = 'AF_NETLINK, encodeConnectorMessage'
    const alone = await sizeOf(`export { ${codecs} } from './uapi.js'`)
    expect((await sizeOf(`export { ${codecs} } from './index.js'`)).plain).toBe(alone.plain)
    expect(alone.gzip).toBeLessThanOrEqual(3 * KB)
    const connector = await sizeOf(`export { ${NAMES}, compile } from './slim.js'; export * from './connector.js'`)
    const slim = await sizeOf(`export { ${NAMES}, compile } from './slim.js'`)
    expect(connector.gzip - slim.gzip).toBeLessThanOrEqual(6 * KB)
  })
})

describe('entries', () => {
  const load = (file: string) => import(`${root}dist/${file}`) as Promise<Record<string, unknown>>
  const wasm = () => new Uint8Array(readFileSync(`${root}dist/kernel.wasm`))

  test('share their classes', async () => {
    const [whole, slim, host] = await Promise.all(['index.js', 'slim.js', 'host.js'].map(load))
    expect(slim?.SystemError).toBe(whole?.SystemError)
    expect(host?.SystemError).toBe(whole?.SystemError)
  })

  test('but the slim one are as long as the whole one', async () => {
    const whole = Object.keys(await load('index.js')).sort()
    expect(whole).toEqual(expect.arrayContaining(['boot', 'compile', 'replay', 'restore', 'selfCheck', 'simulate']))
    for (const file of ['workerd.js', 'edge-light.js']) expect(await exportsOf(file)).toEqual(whole)
    const slim = Object.keys(await load('slim.js'))
    expect(slim.filter((name) => !whole.includes(name))).toEqual([])
    expect(slim).toEqual(expect.arrayContaining(Object.keys(await load('uapi.js'))))
  })

  test('give errors that have their names, minified or not', async () => {
    const whole = (await load('index.js')) as unknown as typeof import('../../src/index.js')
    const kernel = whole.boot()
    const task = kernel.spawn()
    const socket = task.socket(whole.AF_NETLINK, whole.SOCK_DGRAM, whole.NETLINK_CONNECTOR)
    expect(() => socket.recv(new Uint8Array(1))).toThrow(
      expect.objectContaining({ name: 'SystemError', code: 'EAGAIN', syscall: 'recv' }),
    )
    const failed = await whole.selfCheck((one) => void one.spawn({ uid: counter++ })).catch((error: Error) => error)
    expect(failed).toMatchObject({ name: 'DivergenceError' })
    expect(() => whole.replay(new Uint8Array(4))).toThrow(expect.objectContaining({ name: 'JournalError' }))
    const none = await whole
      .simulate({
        seeds: 1,
        scenario: () => {
          throw new Error('no')
        },
      })
      .catch((error: Error) => error)
    expect(none).toMatchObject({ name: 'SimulationFailure' })
  })

  test('slim boots with a module only, wherever it is from', async () => {
    const slim = (await load('slim.js')) as unknown as typeof import('../../src/slim.js')
    const bytes = wasm()
    const module = await slim.compile(bytes)
    const typed = new Response(bytes, { headers: { 'content-type': 'application/wasm' } })
    for (const source of [module, bytes.buffer, new Response(bytes), typed, Promise.resolve(bytes)]) {
      const kernel = slim.boot({ module: await slim.compile(source) })
      expect(kernel.stateHash()).toMatch(/^[0-9a-f]{16}$/)
    }
    for (const options of [undefined, null, {}, { seed: 1 }])
      expect(() => slim.boot(options as never)).toThrow(TypeError)
    for (const source of [undefined, null, 5, {}, []])
      await expect(slim.compile(source as never)).rejects.toThrow(TypeError)
    await expect(slim.compile(new Uint8Array(8))).rejects.toThrow(WebAssembly.CompileError)
  })
})

let counter = 0

async function exportsOf(file: string): Promise<string[]> {
  return Object.keys(inEdge(await bundleFor(`export * from './${file}'`))).sort()
}

/** A program as a bundler of an edge runtime makes it: the kernel is a module, here by the name of a global variable. */
function bundleFor(contents: string): Promise<string> {
  return bundleProgram(contents, {
    format: 'iife',
    globalName: 'program',
    plugins: [
      {
        name: 'modules',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path, namespace: 'modules' }))
          onLoad({ filter: /./, namespace: 'modules' }, () => ({ contents: 'export default compiledKernel' }))
        },
      },
    ],
  })
}

/** Runs it where V8 compiles no Wasm. */
function inEdge(text: string): Record<string, never> {
  const context = createContext(
    { TextEncoder, TextDecoder, performance, setTimeout, clearTimeout, atob, URL },
    {
      codeGeneration: { strings: false, wasm: false },
    },
  )
  const compiledKernel = new WebAssembly.Module(readFileSync(`${root}dist/kernel.wasm`))
  // One that the context itself would have made.
  Object.setPrototypeOf(compiledKernel, runInContext('WebAssembly.Module.prototype', context))
  Object.assign(context, { compiledKernel })
  return runInContext(`${text}; program`, context)
}

describe('where compiling is forbidden', () => {
  const program = (entry: string) => `
    import * as uapi from './${entry}'
    ${TALK}
    export const told = () => JSON.stringify(talk(uapi.boot()))`

  test.each(['workerd.js', 'edge-light.js'])('%s sends a message through the connector', async (entry) => {
    const { told } = inEdge(await bundleFor(program(entry))) as unknown as { told: () => string }
    expect(JSON.parse(told())).toEqual(ANSWER)
  })

  test('the default entry says what to do', async () => {
    const { told } = inEdge(await bundleFor(program('index.js'))) as unknown as { told: () => string }
    expect(told).toThrow(/^this host forbids compiling WebAssembly at run time: .*workerd.*kernel-connector\/slim/)
  })
})
