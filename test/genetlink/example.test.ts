// examples/genetlink-family.mjs, on both builds of the kernel.
import { expect, it } from 'vitest'
import { boot } from '../../src/index.js'

interface Client {
  resolve(): { id: number; group: number }
  listen(group: number): void
  set(name: string, value: number): void
  get(name: string): string[]
  list(): string[]
  events(): string[]
}

interface Example {
  readonly Counters: new () => import('../../src/index.js').Module
  readonly CounterClient: new (task: import('../../src/index.js').Task) => Client
}

const path = '../../examples/genetlink-family.mjs'
const { Counters, CounterClient } = (await import(path)) as Example

it('sets, reads, lists, refuses and tells', () => {
  const kernel = boot()
  expect(kernel.insmod(new Counters())).toBe(0)
  const client = new CounterClient(kernel.spawn())
  expect(client.resolve()).toEqual({ id: 19, group: 2 })
  client.set('apples', 3)
  expect(client.get('apples')).toEqual(['apples = 3'])
  expect(() => client.get('plums')).toThrow('ENOENT: no such counter')
  expect(() => client.set('apples', 1_000_001)).toThrow('ERANGE: integer out of range')
  expect(() => client.get('x'.repeat(32))).toThrow('EINVAL: Attribute failed policy validation')
  const guest = new CounterClient(kernel.spawn({ uid: 1000 }))
  guest.listen(guest.resolve().group)
  expect(() => guest.set('apples', 4)).toThrow('EPERM')
  client.set('apples', 4)
  expect(guest.events()).toEqual(['changed: apples = 4'])
  kernel.rmmod('counters')
  expect(() => client.get('apples')).toThrow('ENOENT')
})

it('a list of any length comes whole', () => {
  const kernel = boot()
  kernel.insmod(new Counters())
  const client = new CounterClient(kernel.spawn())
  client.resolve()
  const names = Array.from({ length: 700 }, (_, i) => `counter ${i}`)
  for (const [i, name] of names.entries()) client.set(name, i)
  expect(client.list()).toEqual(names.map((name, i) => `${name} = ${i}`))
})
