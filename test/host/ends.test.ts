// How programs end that wait for the machine's own sockets: threads and processes, in the middle of a wait. Nothing hangs or crashes.

import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runNode } from '../support/run-node.js'
import { type Bundle, bundle } from './bundle.js'
import { titled, whyNot } from './here.js'

const HEAD = `
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { hostTask } from './main.mjs'
const open = () => hostTask().socket(16, 3, 2)
`

/** Workers come and go; each leaves a socket behind, the last wait of which is over, or is not. */
const workers = (body: string) => `${HEAD}
if (isMainThread) {
  for (let i = 0; i < 8; i++) {
    const worker = new Worker(new URL(import.meta.url))
    worker.on('message', () => worker.terminate())
    await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))
  }
  console.log('all ended')
} else {
  const [from, to] = [open(), open()]
  to.bind({})
  ${body}
}
`

const SEND = 'setTimeout(() => from.sendto(new Uint8Array(1), 0, { nl_pid: to.getsockname().nl_pid }), 2)'
/** The thread that made the worker hears it in the middle of the wait. */
const TELL = "setTimeout(() => parentPort.postMessage('waiting'), 20)"

describe.skipIf(whyNot)(titled('programs that wait end'), () => {
  let host: Bundle
  beforeAll(async () => {
    host = await bundle('src/host/index.ts')
  })
  afterAll(() => host.remove())

  function run(program: string) {
    const file = `${host.folder}/program.mjs`
    writeFileSync(file, program)
    return runNode([file])
  }

  test.each([
    ['that has waited', workers(`${SEND}; await to.readable()`)],
    ['that is waiting', workers(`${TELL}; await to.readable()`)],
  ])('a worker %s', async (_, program) => {
    expect(await run(program)).toEqual({ status: 0, stdout: 'all ended\n', stderr: '' })
  })

  test.each([
    ['by process.exit()', 'process.exit(3)', 3],
    ['by an exception', "throw new Error('enough')", 1],
    ['by closing the socket', 'socket.close()', 0],
  ])('the main thread, %s', async (_, how, status) => {
    const loop = 'for await (const datagram of socket) console.log(datagram)'
    const program = `${HEAD}const socket = open()\nsetTimeout(() => { ${how} }, 20)\n${loop}`
    expect(await run(program)).toMatchObject({ status, stdout: '' })
  })
})
