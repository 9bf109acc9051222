// What the stranger writes: a program that imports each entry, and one that the compiler looks at.

/** Sends a message through the connector of a kernel, and gives what came back; for a module that has imported all of `uapi`. */
export const TALK = `
function talk(kernel) {
  kernel.cn_add_callback({ idx: 5, val: 7 }, 'echo', (msg, nsp) => {
    kernel.cn_netlink_send({ ...msg, ack: msg.ack + 1 }, nsp.portid, 0, uapi.GFP_KERNEL)
  })
  const socket = kernel.spawn().socket(uapi.AF_NETLINK, uapi.SOCK_DGRAM, uapi.NETLINK_CONNECTOR)
  socket.bind({})
  const data = new TextEncoder().encode('hello')
  socket.send(uapi.encodeConnectorMessage({ id: { idx: 5, val: 7 }, seq: 1, ack: 2, data }))
  const buffer = new Uint8Array(64)
  const n = socket.recv(buffer)
  const { msg } = uapi.decodeConnectorMessage(buffer.subarray(0, n))
  return { n, ack: msg.ack, text: new TextDecoder().decode(msg.data) }
}
`

/** What talk() gives: 16 + 20 + 5 bytes, filled up to a multiple of 4. */
export const ANSWER = { n: 44, ack: 3, text: 'hello' }

/** Prints as JSON what came of a message through every entry of the package. */
export const PROGRAM = `
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { boot, LINUX_6 } from 'kernel-connector'
import * as connector from 'kernel-connector/connector'
import * as debug from 'kernel-connector/debug'
import * as slim from 'kernel-connector/slim'
import * as uapi from 'kernel-connector/uapi'
${TALK}
const file = fileURLToPath(import.meta.resolve('kernel-connector/kernel.wasm'))
const module = await slim.compile(readFile(file))

console.log(JSON.stringify({
  embedded: talk(boot({ profile: LINUX_6 })),
  fromFile: talk(boot({ module })),
  slim: talk(slim.boot({ module })),
  debug: talk(debug.boot()),
  connector: Object.keys(connector).length,
}))
`

const OPEN_SOCKETS = `
import { AF_NETLINK, boot, encodeConnectorMessage, LINUX_2_6_14, NETLINK_CONNECTOR, NETLINK_USERSOCK, SOCK_DGRAM } from 'kernel-connector'
const kernel = boot({ profile: LINUX_2_6_14 })
const [user, connector] = [NETLINK_USERSOCK, NETLINK_CONNECTOR].map((unit) => kernel.spawn().socket(AF_NETLINK, SOCK_DGRAM, unit))
`

/** Programs that end with an error which nobody catches: what is printed begins, but for the place, with these words. */
export const UNCAUGHT: Readonly<Record<string, readonly [said: string, program: string]>> = {
  'a failed call': [
    'SystemError: ECONNREFUSED: connection refused, sendto',
    `${OPEN_SOCKETS}user.sendto(new Uint8Array(1), 0, { nl_pid: 99 })`,
  ],
  'a wrong argument': ['TypeError: data must be a Uint8Array', `${OPEN_SOCKETS}user.send('text')`],
  'an error in a callback': [
    'Error: thrown in it',
    `${OPEN_SOCKETS}
kernel.mod_timer(kernel.timer_setup(() => { throw new Error('thrown in it') }), 1)
kernel.clock.advance(5)`,
  ],
  'errors in several callbacks': [
    'AggregateError: several callbacks threw',
    `${OPEN_SOCKETS}
kernel.cn_add_callback({ idx: 5, val: 1 }, 'five', () => { throw new Error('thrown in it') })
for (let n = 0; n < 2; n++) connector.send(encodeConnectorMessage({ id: { idx: 5, val: 1 } }))
kernel.clock.runUntilIdle()`,
  ],
}

/** Prints whether a view that is over throws. */
export const LOOKS_TOO_LATE = `
import { AF_NETLINK, boot, NETLINK_USERSOCK, SOCK_DGRAM } from 'kernel-connector'
const socket = boot().spawn().socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)
const view = socket.reserve(4)
socket.reserve(8)
try {
  console.log(view.length)
} catch ({ message }) {
  console.log(message)
}
`

/** A program for the command, which brings a kernel of its own copy of the package. */
export const RECORDED = `
import { SystemError } from 'kernel-connector'
import { connect, serve } from 'kernel-connector/connector'

export default async (kernel) => {
  const id = { idx: 21, val: 1 }
  const data = Uint8Array.of(1, 2, 3)
  const service = serve(kernel, id, () => data)
  const client = connect(kernel, kernel.spawn(), { groups: [id.idx], losses: 'values' })
  for (let n = 0; n < 300; n++) service.broadcast(data)
  for await (const { type } of client) {
    console.log(type)
    break
  }
  try {
    client.socket.getpeername(new Uint8Array(1), -1)
  } catch (error) {
    console.log(error instanceof SystemError)
  }
}
`

/** Uses the types; each line under an @ts-expect-error is wrong, which shows that they are not any. */
export const TYPED = `
import { boot, type CoreKernel, type Kernel, LINUX_6, type Socket, type Task } from 'kernel-connector'
import * as connector from 'kernel-connector/connector'
import * as debug from 'kernel-connector/debug'
import kernelWasm from 'kernel-connector/kernel.wasm'
import * as slim from 'kernel-connector/slim'
import { AF_NETLINK, type CnMsg, GFP_KERNEL, NETLINK_CONNECTOR, SOCK_DGRAM } from 'kernel-connector/uapi'

const kernel: Kernel = boot({ profile: LINUX_6, limits: { memory: 4 << 20 } })
const task: Task = kernel.spawn({ uid: 1000 })
const socket: Socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
const added: number = kernel.cn_add_callback({ idx: 1, val: 2 }, 'typed', (msg: CnMsg) => {
  kernel.cn_netlink_send(msg, 1, GFP_KERNEL)
})
const received: number = socket.recv(new Uint8Array(64))
export const checked: Kernel = debug.boot({ seed: 1 })
export const used = [added, received, connector]
export const slimKernel = async (): Promise<CoreKernel> => slim.boot({ module: await slim.compile(kernelWasm) })

// @ts-expect-error the id is an object
kernel.cn_add_callback(1, 'typed', () => {})
// @ts-expect-error data are a Uint8Array
socket.send('text')
// @ts-expect-error there is no such option
boot({ sed: 1 })
// @ts-expect-error nor has the debug entry one
debug.boot({ sed: 1 })
// @ts-expect-error the slim entry has no kernel of its own
slim.boot({})
// @ts-expect-error nor can it compile nothing
void slim.compile()
// @ts-expect-error there is no such export
connector.thisDoesNotExist()
`

export const tsconfig = (moduleResolution: 'nodenext' | 'bundler') =>
  JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
      moduleResolution,
      strict: true,
      noEmit: true,
      // Our declarations are checked too, not only what is written against them.
      skipLibCheck: false,
    },
    files: ['typed.ts'],
  })
