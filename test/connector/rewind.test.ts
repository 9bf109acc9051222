// Clients and services of a machine that goes back in time.
import { expect, test } from 'vitest'
import { connect, serve } from '../../src/connector/index.js'
import { boot } from '../../src/index.js'

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
