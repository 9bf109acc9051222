// Clients and services of a machine that goes back in time.
import { describe, expect, test } from 'vitest'
import { connect, serve } from '../../src/connector/index.js'
import { boot, restore } from '../../src/index.js'

const ID = { idx: 21, val: 1 }

test('a request that waits is told; its client, and who listens, go on', async () => {
  const kernel = boot()
  let silent = true
  const service = serve(kernel, ID, ({ data }) => (silent ? undefined : data))
  const client = connect(kernel, kernel.spawn(), { groups: [ID.idx] })
  const heard = client[Symbol.asyncIterator]().next()
  await Promise.resolve()
  const snapshot = kernel.snapshot()
  const lost = client.request(ID, Uint8Array.of(1))
  kernel.rewind(snapshot)
  await expect(lost).rejects.toMatchObject({ code: 'ECANCELED' })
  expect(kernel.stateHash()).toBe(snapshot.stateHash)
  silent = false
  expect((await client.request(ID, Uint8Array.of(2))).data).toEqual(Uint8Array.of(2))
  service.broadcast(Uint8Array.of(3))
  expect((await heard).value).toMatchObject({ data: Uint8Array.of(3) })
  client.close()
  service.close()
})

test('a client made since is closed', async () => {
  const kernel = boot()
  const task = kernel.spawn()
  const snapshot = kernel.snapshot()
  const client = connect(kernel, task, { groups: [ID.idx] })
  const heard = client[Symbol.asyncIterator]().next()
  await Promise.resolve()
  kernel.rewind(snapshot)
  expect((await heard).done).toBe(true)
  expect(kernel.stateHash()).toBe(snapshot.stateHash)
})

describe('what a service and a client keep goes back, too', () => {
  const kernel = () => boot({ seed: 5 })

  test('the numbers of broadcasts, and those that a client expects', async () => {
    const machine = kernel()
    const service = serve(machine, ID, ({ data }) => data)
    const client = connect(machine, machine.spawn(), { groups: [ID.idx], sequence: 'per-id', losses: 'values' })
    const reader = client[Symbol.asyncIterator]()
    service.broadcast(Uint8Array.of(1))
    await reader.next()
    const snapshot = machine.snapshot()
    for (const last of [3, 4, 2]) {
      for (let n = 2; n <= last; n++) {
        service.broadcast(Uint8Array.of(n))
        expect((await reader.next()).value).toMatchObject({ type: 'message', seq: n, data: Uint8Array.of(n) })
      }
      const hash = machine.stateHash()
      machine.rewind(snapshot)
      for (let n = 2; n <= last; n++) service.broadcast(Uint8Array.of(n))
      for (let n = 2; n <= last; n++) await reader.next()
      expect(machine.stateHash()).toBe(hash)
      machine.rewind(snapshot)
    }
  })

  test('a service that was closed since answers again, and can be closed again', async () => {
    const machine = kernel()
    const service = serve(machine, ID, async ({ data }) => data)
    const client = connect(machine, machine.spawn())
    const snapshot = machine.snapshot()
    for (let times = 0; times < 2; times++) {
      service.close()
      expect(service.closed).toBe(true)
      machine.rewind(snapshot)
      expect(service.closed).toBe(false)
      expect((await client.request(ID, Uint8Array.of(7))).data).toEqual(Uint8Array.of(7))
    }
    service.close()
    serve(machine, ID, () => undefined).close()
  })

  test('a client that was closed since is open again, with what it had set aside', async () => {
    const machine = kernel()
    const service = serve(machine, ID, ({ data }) => data)
    const client = connect(machine, machine.spawn(), { groups: [ID.idx] })
    const subscription = client.subscribe(ID.idx)
    service.broadcast(Uint8Array.of(1))
    await client.request(ID, Uint8Array.of(2))
    const snapshot = machine.snapshot()
    expect((await client.messages().next()).value?.data).toEqual(Uint8Array.of(1))
    subscription[Symbol.dispose]()
    client.close()
    machine.rewind(snapshot)
    expect(client.closed).toBe(false)
    expect((await client.messages().next()).value?.data).toEqual(Uint8Array.of(1))
    const next = client.messages().next()
    service.broadcast(Uint8Array.of(3))
    expect((await next).value?.data).toEqual(Uint8Array.of(3))
  })

  test('an answer to what was asked in another time is not sent', async () => {
    const machine = kernel()
    let answer: (data: Uint8Array) => void = () => {}
    const signals: AbortSignal[] = []
    const service = serve(machine, ID, (_request, _asker, signal) => {
      signals.push(signal)
      return new Promise<Uint8Array>((resolve) => {
        answer = resolve
      })
    })
    const client = connect(machine, machine.spawn())
    const snapshot = machine.snapshot()
    const lost = client.request(ID, Uint8Array.of(1))
    machine.rewind(snapshot)
    await expect(lost).rejects.toMatchObject({ code: 'ECANCELED' })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    answer(Uint8Array.of(9))
    await service.idle()
    expect([service.errorCount, machine.stateHash()]).toEqual([0, snapshot.stateHash])
  })

  test('a request made right after it is none of those that are told', async () => {
    const machine = kernel()
    serve(machine, ID, async ({ data }) => data)
    const client = connect(machine, machine.spawn())
    const snapshot = machine.snapshot()
    const lost = client.request(ID, Uint8Array.of(1), { timeout: 5 })
    machine.rewind(snapshot)
    const answered = client.request(ID, Uint8Array.of(2), { timeout: 5 })
    await expect(lost).rejects.toMatchObject({ code: 'ECANCELED' })
    expect((await answered).data).toEqual(Uint8Array.of(2))
  })
})

test('serve() says of an id that a restored machine has how it becomes free', () => {
  const kernel = boot()
  serve(kernel, ID, () => undefined)
  expect(() => serve(kernel, ID, () => undefined)).toThrow(/21:1 is registered already$/)
  const restored = restore(kernel.snapshot().export())
  expect(() => serve(restored, ID, () => undefined)).toThrow(
    '21:1 is registered already, by the restored machine: cn_del_callback() makes it free',
  )
  restored.cn_del_callback(ID)
  serve(restored, ID, () => undefined).close()
})
