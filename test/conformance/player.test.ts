// How a scenario ends when the answers differ, a call is missing, or something breaks: never with a crash.

import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/cli/replay/backend.js'
import { playScenario } from '../../src/cli/replay/player.js'
import { parseScenarios } from '../../src/cli/replay/scenario.js'
import { type Kernel, type Socket, SystemError, type Task } from '../../src/index.js'

const OK = { ok: true }
const PORT = 0xff001234
const SOCKET = { call: 'socket', task: 't', as: 'a', family: 16, type: 3, protocol: 2, result: OK }

/** As much of a machine as these tests need. */
function backendWith(parts: { task?: object; socket?: object; kernel?: object; table?: string }): Backend {
  const socket = { closed: false, ...parts.socket } as Socket
  const task = { pid: 100, socket: () => socket, ...parts.task } as unknown as Task
  const kernel = parts.kernel ? (parts.kernel as Kernel) : null
  return {
    whyNot: ({ needs }) => (needs.world === 'rtnetlink' ? 'no NETLINK_ROUTE here' : undefined),
    open: () => ({ kernel, spawn: () => task, netlinkTable: () => parts.table ?? '', close: () => {} }),
  }
}

function play(backend: Backend, steps: readonly object[], needs = 'usersock') {
  const scenario = { name: 'one', needs, tasks: { t: { pid: 100 } }, steps }
  return playScenario(parseScenarios(JSON.stringify([scenario]), 'file.json')[0]!, backend)
}

function refusing(errno: number) {
  return () => {
    throw new SystemError(errno, 'send')
  }
}

describe('a scenario', () => {
  it('passes if every answer is the recorded one', async () => {
    const backend = backendWith({ socket: { send: (data: Uint8Array) => data.length } })
    const steps = [SOCKET, { call: 'send', sock: 'a', data: '61*8', flags: [], result: { n: 8 } }]
    expect(await play(backend, steps)).toEqual({ outcome: 'passed', differences: [] })
  })

  it('fails with every difference', async () => {
    const backend = backendWith({ socket: { send: refusing(-105) } })
    const send = { call: 'send', sock: 'a', data: '61', flags: [] }
    expect(
      await play(backend, [SOCKET, { ...send, result: { n: 1 } }, { ...send, result: { error: 'ENOBUFS' } }]),
    ).toEqual({
      outcome: 'failed',
      differences: [{ step: 1, call: 'send', written: send, expected: { n: 1 }, got: { error: 'ENOBUFS' } }],
    })
  })

  it('is skipped with the reason', async () => {
    expect(await play(backendWith({}), [], 'rtnetlink')).toMatchObject({
      outcome: 'skipped',
      reason: 'no NETLINK_ROUTE here',
    })
  })

  it.each([['the kernel side', { call: 'callbacks', result: { calls: [] } }, 'calls inside the kernel']])(
    'fails with a reason where %s is missing',
    async (_, step, what) => {
      const { outcome, reason } = await play(backendWith({}), [step])
      expect([outcome, reason]).toEqual(['failed', `step 0, ${step.call}: not supported by this machine: ${what}`])
    },
  )

  it('fails with a reason where the machine breaks', async () => {
    const broken = () => {
      throw new RangeError('out of range')
    }
    const { reason } = await play(backendWith({ socket: { listen: broken } }), [
      SOCKET,
      { call: 'listen', sock: 'a', result: OK },
    ])
    expect(reason).toBe('step 1, listen: threw RangeError: out of range')
  })

  it('answers EBADF for sockets that were never made or whose task is gone', async () => {
    const steps = [
      { call: 'recv', sock: 'x', len: 1, result: { error: 'EBADF' } },
      SOCKET,
      { call: 'exit', task: 't', code: 0, result: OK },
      { call: 'close', sock: 'a', result: { error: 'EBADF' } },
    ]
    expect(await play(backendWith({ task: { exit: () => {} } }), steps)).toMatchObject({ outcome: 'passed' })
  })

  it('knows a random port before a result tells it', async () => {
    const asked: unknown[] = []
    const socket = {
      send: refusing(-111),
      getsockname: () => ({ nl_family: 16, nl_pid: PORT, nl_groups: 0 }),
      connect: (addr: unknown) => void asked.push(addr),
    }
    const table = `header\n0000 2 ${PORT | 0} 00000001 0 0 0 2 3 4\n0000 2 ${PORT} 00000011 768 0 0 2 3 4\n0000 2 7 00000000 0 0 0 2 0 4\n`
    const rows = [
      { pid: 7, groups: 0, rmem: 0, wmem: 0, dump: 0, drops: 0 },
      { pid: '$auto.a', groups: 1, rmem: 0, wmem: 0, dump: 0, drops: 3 },
      { pid: '$auto.a', groups: 17, rmem: 768, wmem: 0, dump: 0, drops: 3 },
    ]
    const steps = [
      SOCKET,
      { call: 'send', sock: 'a', data: '61', flags: [], result: { error: 'ECONNREFUSED' } },
      { call: 'connect', sock: 'a', addr: { pid: '$auto.a' }, result: OK },
      { call: 'proc_net_netlink', task: 't', protocol: 2, result: { rows } },
    ]
    expect(await play(backendWith({ socket, table }), steps)).toMatchObject({ outcome: 'passed' })
    expect(asked).toEqual([{ nl_pid: PORT, nl_groups: 0 }])
  })

  it('counts equal answers in a row', async () => {
    let left = 2
    const socket = { send: () => (left-- > 0 ? 1 : refusing(-11)()) }
    const step = { call: 'send', sock: 'a', data: '61', flags: [] }
    const result = {
      runs: [
        [2, { n: 1 }],
        [3, { error: 'EAGAIN' }],
      ],
    }
    expect(await play(backendWith({ socket }), [SOCKET, { call: 'repeat', times: 5, step, result }])).toMatchObject({
      outcome: 'passed',
    })
  })

  it('goes on while a send of the kernel waits', async () => {
    let room = false
    let again = (): void => {}
    const kernel = {
      cn_netlink_send: () => (room ? 40 : -11),
      waiting(send: () => number) {
        return new Promise<number>((resolve) => {
          again = () => resolve(send())
        })
      },
    }
    const socket = {
      recv() {
        room = true
        again()
        return 0
      },
    }
    const steps = [
      SOCKET,
      { call: 'cn_netlink_send', msg: { idx: 1, val: 2 }, portid: 9, group: 0, waits: 'w', result: { waiting: true } },
      { call: 'recv', sock: 'a', len: 8, result: { n: 0, data: '' } },
      { call: 'waited', for: 'w', result: { ret: 40 } },
    ]
    expect(await play(backendWith({ socket, kernel }), steps, 'kernel-module')).toMatchObject({ outcome: 'passed' })
  })
})
