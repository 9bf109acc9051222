// kernel-connector/debug: the debug build of the kernel beside the other entries, in one process and in bundles.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type * as Connector from '../../src/connector/index.js'
import type * as Whole from '../../src/index.js'
import type * as Slim from '../../src/slim.js'
import { bundleProgram, sizeOf } from './bundles.js'
import { root } from './stranger.js'

const load = <T>(file: string) => import(`${root}dist/${file}`) as Promise<T>
const whole = await load<typeof Whole>('index.js')
// Before the other entry is loaded.
const tooEarly = await whole.selfCheck(() => {}, { module: debugBuild() }).catch((error: unknown) => error)
const debug = await load<typeof Whole>('debug.js')
// The first thing that it is asked for.
const byModule = debug.boot({ module: debugBuild() })
const slim = await load<typeof Slim>('slim.js')
const { connect, serve } = await load<typeof Connector>('connector.js')

function debugBuild(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(`${root}build/debug.wasm`))
}

const { AF_NETLINK, NETLINK_USERSOCK, SOCK_DGRAM } = whole
const PEEKED = 'the message of peek() is over'

function pair(kernel: Whole.CoreKernel): [from: Whole.Socket, to: Whole.Socket] {
  const task = kernel.spawn()
  const [from, to] = [0, 1].map(() => task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)) as [
    Whole.Socket,
    Whole.Socket,
  ]
  to.bind({ nl_pid: 7 })
  from.connect({ nl_pid: 7 })
  return [from, to]
}

/** Looks at a message that was released. */
function lookTooLate(kernel: Whole.CoreKernel): number {
  const [from, to] = pair(kernel)
  from.send(Uint8Array.of(1, 2, 3, 4))
  const view = to.peek() as Whole.MessageView
  to.release()
  return view.length
}

describe('a view that is over', () => {
  test('throws in a kernel of the debug entry, wherever that is from', async () => {
    const journal = debug.boot({ journal: true })
    const twin = debug.restore(whole.boot().snapshot())
    const compiled = await debug.compile()
    const kernels = [debug.boot(), journal, twin, whole.boot({ module: compiled }), slim.boot({ module: compiled })]
    for (const kernel of kernels) expect(() => lookTooLate(kernel)).toThrow(PEEKED)
  })

  test('also in simulate() and selfCheck()', async () => {
    const scenario = (kernel: Whole.Kernel) => void lookTooLate(kernel)
    const { failure } = await debug.simulate({ seeds: 1, scenario, throws: false })
    expect(String(failure?.error)).toContain(PEEKED)
    await expect(debug.selfCheck(scenario)).rejects.toThrow(PEEKED)
  })

  test('tells nobody in a kernel of the default entry, with both loaded', async () => {
    expect(lookTooLate(whole.boot())).toBe(4)
    await expect(whole.selfCheck((kernel) => void lookTooLate(kernel))).resolves.toBeDefined()
  })

  test('of a callback throws, by way of the layer for applications, too', async () => {
    const kernel = debug.boot()
    const id = { idx: 21, val: 1 }
    const kept: Whole.CnMsg[] = []
    kernel.cn_add_callback({ idx: 5, val: 1 }, 'five', (msg) => void kept.push(msg))
    serve(kernel, id, ({ data }) => data)
    const client = connect(kernel, kernel.spawn())
    client.send({ idx: 5, val: 1 }, Uint8Array.of(1))
    expect((await client.request(id, Uint8Array.of(2))).data).toEqual(Uint8Array.of(2))
    expect(() => kept[0]?.seq).toThrow('valid until the callback returns')
    client.close()
  })
})

describe('the debug entry', () => {
  test('answers as the default one does, and plays its journals', () => {
    const [one, two] = [whole.boot({ seed: 3, journal: true }), debug.boot({ seed: 3, journal: true })]
    for (const kernel of [one, two]) pair(kernel)[0].send(Uint8Array.of(1))
    expect(two.stateHash()).toBe(one.stateHash())
    for (const kernel of [one, two]) {
      const { difference, stateHash } = debug.replay(kernel.journal.export())
      expect([difference, stateHash]).toEqual([null, one.stateHash()])
    }
    expect([one.halt(), two.halt()]).toEqual([0, 0])
  })

  test('exports the same, and shares the classes', () => {
    expect(Object.keys(debug).sort()).toEqual(Object.keys(whole).sort())
    const made = ['boot', 'compile', 'replay', 'restore', 'selfCheck', 'simulate']
    const [here, there] = [debug, whole] as unknown as Record<string, unknown>[]
    expect(Object.keys(here ?? {}).filter((name) => here?.[name] !== there?.[name])).toEqual(made)
  })

  test('refuses options of the wrong type in the same way', () => {
    for (const options of [null, 5, 'LINUX_6', () => {}])
      expect(() => debug.boot(options as never)).toThrow('options must be an object')
    expect(() => debug.replay(null as never)).toThrow(TypeError)
    expect(() => debug.restore(null as never)).toThrow(TypeError)
  })

  test('tells whoever writes into a message that others may have', () => {
    const kernel = debug.boot()
    const [from, to] = pair(kernel)
    from.send(Uint8Array.of(1, 2, 3))
    const { bytes } = to.peek() as Whole.MessageView
    bytes[0] = 9
    expect(() => to.release()).toThrow('was written to')
  })

  test('boots a module that somebody else has compiled', () => {
    expect(() => lookTooLate(byModule)).toThrow(PEEKED)
  })

  test('is asked for by whoever boots its kernel without it', () => {
    expect(tooEarly).toEqual(new TypeError('module is a debug build: boot() of kernel-connector/debug boots it'))
  })
})

describe('bundles', () => {
  test('of the other entries have nothing of it', async () => {
    const bundleOf = (file: string) => bundleProgram(`export * from './${file}'`)
    for (const file of ['index.js', 'slim.js', 'connector.js', 'worker.js'])
      expect(await bundleOf(file)).not.toContain(PEEKED)
    expect(await bundleOf('debug.js')).toContain(PEEKED)
  })

  test('that take only constants from it are as small as ever', async () => {
    const codecs = 'AF_NETLINK, encodeConnectorMessage'
    const { plain } = await sizeOf(`export { ${codecs} } from './uapi.js'`)
    expect((await sizeOf(`export { ${codecs} } from './debug.js'`)).plain).toBe(plain)
  })
})
