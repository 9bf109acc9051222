// Process events
// cn_proc tells group 1 of every fork, exec and exit. Two programs listen: one to everything, one to the exits only.

import {
  CN_IDX_PROC,
  CN_VAL_PROC,
  decodeConnectorMessage,
  decodeProcEvent,
  encodeConnectorMessage,
  encodeProcInput,
  NETLINK_CONNECTOR,
  nameOf,
  PF_NETLINK,
  POLLERR,
  POLLIN,
  PROC_CN_MCAST_LISTEN,
  PROC_EVENT_EXIT,
  PROC_EVENTS,
  SIGKILL,
  SOCK_DGRAM,
} from 'kernel-connector/uapi'

const ID = { idx: CN_IDX_PROC, val: CN_VAL_PROC }

function listen(kernel, tune, comm, event_type) {
  const socket = tune(kernel.spawn({ comm }).socket(PF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR))
  socket.bind({ nl_groups: 1 << (CN_IDX_PROC - 1) })
  const data = encodeProcInput({ mcast_op: PROC_CN_MCAST_LISTEN, event_type })
  socket.send(encodeConnectorMessage({ id: ID, data }))
  return socket
}

function read(socket, who, print) {
  const buffer = new Uint8Array(8192)
  while (socket.poll(POLLIN) & (POLLIN | POLLERR)) {
    try {
      const { msg } = decodeConnectorMessage(buffer.subarray(0, socket.recv(buffer)))
      const { what, event_data } = decodeProcEvent(msg.data)
      const name = nameOf(PROC_EVENTS, what).replace('PROC_EVENT_', '').toLowerCase()
      print(`${who}: ${name}`, Object.values(event_data)[0])
    } catch (error) {
      if (error.code !== 'ENOBUFS') throw error
      print(`${who}: events were lost`)
    }
  }
}

export async function scene({ kernel, step, print, tune }) {
  const all = listen(kernel, tune, 'forkstat')
  await step('forkstat joins group 1 and asks for all events')
  const exits = listen(kernel, tune, 'undertaker', PROC_EVENT_EXIT)
  await step('undertaker asks for exits only: the acknowledgement goes to the group')

  const shell = kernel.spawn({ comm: 'sh', uid: 1000 })
  for (const [name, work] of [
    ['make', 30],
    ['cc1', 120],
    ['ld', 40],
  ]) {
    const child = shell.fork()
    await step('sh forks')
    child.exec(name)
    await step(`The child runs ${name}`)
    kernel.clock.advance(work)
    if (name === 'cc1') child.kill(SIGKILL)
    else child.exit(0)
    await step(`${work} ms later ${name} ${name === 'cc1' ? 'is killed' : 'exits'}`)
  }
  const daemon = shell.fork()
  daemon.setsid()
  daemon.setcomm('crond')
  await step('A child of sh gets a session and a name of its own')
  const thread = daemon.thread()
  thread.exit(0)
  await step('It starts a thread, which ends at once')

  read(exits, 'undertaker', print)
  await step('undertaker reads what it asked for')
  read(all, 'forkstat', print)
  await step('forkstat reads everything')
}
