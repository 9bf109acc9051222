// The life of a socket.
import { AF_NETLINK, NETLINK_USERSOCK, SOCK_RAW } from '../../../src/uapi/index.js'
import type { Scene } from '../scene.js'

const TIMES = 100

/** socket(), bind() to port 0, close(). */
export const life: Scene = {
  rows: ['socket + bind + close'],
  prepare(boot) {
    const { kernel, count } = boot()
    const task = kernel.spawn()
    const lives = () => {
      for (let i = 0; i < TIMES; i++) {
        const socket = task.socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK)
        socket.bind({})
        socket.close()
      }
    }
    return () => [count(lives) / TIMES]
  },
}
