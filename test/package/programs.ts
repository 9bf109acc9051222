// What the stranger writes: a program that imports each entry, and one that the compiler looks at.

/** Prints as JSON what came of a message through every entry of the package. */
export const PROGRAM = `
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { boot, LINUX_6 } from 'kernel-connector'
import * as connector from 'kernel-connector/connector'
import * as uapi from 'kernel-connector/uapi'

const file = fileURLToPath(import.meta.resolve('kernel-connector/kernel.wasm'))
const module = await WebAssembly.compile(await readFile(file))

function talk(options) {
  const kernel = boot(options)
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

console.log(JSON.stringify({
  embedded: talk({ profile: LINUX_6 }),
  fromFile: talk({ module }),
  connector: Object.keys(connector).length,
}))
`

/** Uses the types; each line under an @ts-expect-error is wrong, which shows that they are not any. */
export const TYPED = `
import { boot, type Kernel, LINUX_6, type Socket, type Task } from 'kernel-connector'
import * as connector from 'kernel-connector/connector'
import { AF_NETLINK, type CnMsg, GFP_KERNEL, NETLINK_CONNECTOR, SOCK_DGRAM } from 'kernel-connector/uapi'

const kernel: Kernel = boot({ profile: LINUX_6, limits: { memory: 4 << 20 } })
const task: Task = kernel.spawn({ uid: 1000 })
const socket: Socket = task.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR)
const added: number = kernel.cn_add_callback({ idx: 1, val: 2 }, 'typed', (msg: CnMsg) => {
  kernel.cn_netlink_send(msg, 1, GFP_KERNEL)
})
const received: number = socket.recv(new Uint8Array(64))
export const used = [added, received, connector]

// @ts-expect-error the id is an object
kernel.cn_add_callback(1, 'typed', () => {})
// @ts-expect-error data are a Uint8Array
socket.send('text')
// @ts-expect-error there is no such option
boot({ sed: 1 })
// @ts-expect-error there is no such export
connector.thisDoesNotExist()
`

export const tsconfig = (moduleResolution: 'nodenext' | 'bundler') =>
  JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', 'dom', 'esnext.disposable'],
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
