// From a task into the kernel, to a callback.
import { NETLINK_CONNECTOR } from '../../../src/uapi/index.js'
import { check, chosen, ID, messageOf, openSocket, type Scene, scattered, withCommas } from '../scene.js'

const AT_RANDOM = 1000

/** send() until the callback of the only id has run. */
export const toCallback: Scene = { ...amongCallbacks(1), rows: ['send to a callback, 64 B'] }

/** The same at random among many ids. */
export function amongCallbacks(callbacks: number): Scene {
  return {
    rows: [`send to a callback, 64 B, at random among ${withCommas(callbacks)}`],
    prepare(boot) {
      const { kernel, count } = boot({ limits: { memory: 64 << 20, callbacks: callbacks + 16 } })
      const sender = openSocket(kernel.spawn(), NETLINK_CONNECTOR)
      sender.connect({})
      let calls = 0
      const ids = scattered(callbacks).map((idx) => ({ idx, val: ID.val }))
      for (const id of ids) check(kernel.cn_add_callback(id, 'bench', () => void calls++) === 0, 'cn_add_callback')
      const messages = chosen(AT_RANDOM, ids).map((id) => messageOf(64, id))
      return () => {
        calls = 0
        const instructions = count(() => {
          for (const message of messages) sender.send(message)
        })
        check(calls === AT_RANDOM, 'a callback did not run')
        return [instructions / AT_RANDOM]
      }
    },
  }
}
