// The documented example on a kernel: module cn_test, program ucon.

import type { Kernel } from '../../index.js'
import type { CnMsg } from '../../uapi/index.js'
import type { UconExample } from './examples.js'
import { dropsOf } from './procfs.js'
import type { Balance, CnTestResult, Message } from './result.js'

const SECONDS = 5
/** The module has two ids, and one of them answers once. */
const NOTICES = 2
const ECHOES = 1

export function runCnTest(kernel: Kernel, { converse, describe }: UconExample) {
  const note = (way: '->' | '<-', msg: CnMsg): Message => {
    const { id, seq, ack, len, data } = msg
    const text = new TextDecoder().decode(data)
    const line = `${way} ${describe(msg)}`
    return { way: way === '->' ? 'sent' : 'received', id: `${id.idx}:${id.val}`, seq, ack, len, text, line }
  }
  const messages: Message[] = []
  const ucon = converse(kernel, { seconds: SECONDS, print: (way, msg) => messages.push(note(way, msg)) })
  const procNetConnector = kernel.procfs.read('/proc/net/connector')
  kernel.rmmod('cn_test')
  const notices = [...ucon.received()].map((msg) => note('<-', msg))
  const result: CnTestResult = { seconds: SECONDS, messages, notices, procNetConnector, dmesg: kernel.dmesg() }
  const balance: Balance = {
    name: 'ucon',
    portid: ucon.portid,
    sent: SECONDS + ECHOES + NOTICES,
    delivered: [...messages, ...notices].filter(({ way }) => way === 'received').length,
    dropped: dropsOf(kernel, ucon.portid),
  }
  ucon.close()
  return { result, balance }
}
