// send_reserved(): what becomes of the bytes in the reserve window. A host that builds no message there does not find out, so here is none.
import { expect, test } from 'vitest'
import { LAYOUT } from '../../src/machine/index.js'
import { EAGAIN, ECONNREFUSED, EMSGSIZE, ENOBUFS, ENODATA, EOPNOTSUPP, MSG_OOB } from '../../src/uapi/index.js'
import { ADDRESS_BYTES, type Core, core, expectBytes, payload } from './core.js'

const LENGTHS = [1, 2, 3, 4, 5, 63, 64, 65, 511, 512, 513, 601, 5000, LAYOUT.RESERVE_BYTES]

const windowOf = ({ machine }: Core) => new Uint8Array(machine.words.buffer, LAYOUT.RESERVE, LAYOUT.RESERVE_BYTES)
const isClear = (one: Core) => windowOf(one).every((byte) => byte === 0)

function connected(): { one: Core; from: number; to: number } {
  const one = core()
  const task = one.task()
  const to = one.bound(task, 7)
  const from = one.socket(task)
  one.abi.connect(from, ADDRESS_BYTES, 16, 7, 0)
  return { one, from, to }
}

test('it lies between the windows and what the compiler laid down', () => {
  expect(LAYOUT.RESERVE).toBe(LAYOUT.RECEIVE + LAYOUT.RECEIVE_BYTES)
  expect(LAYOUT.RESERVE % 64).toBe(0)
  expect(LAYOUT.RESERVE_BYTES).toBe(LAYOUT.TRANSMIT_BYTES)
  expect(LAYOUT.RESERVE + LAYOUT.RESERVE_BYTES).toBeLessThan(LAYOUT.STATE_AT)
})

test.each(LENGTHS)('%i bytes are sent, and leave zeros, also where they padded a word', (length) => {
  const { one, from, to } = connected()
  windowOf(one).fill(0xff, 0, (length + 3) & ~3)
  expect(one.abi.send_reserved(from, length, 0)).toBe(length)
  expect(isClear(one)).toBe(true)
  expectBytes(one.receive(to), new Uint8Array(length).fill(0xff))
})

test.each(LENGTHS)('%i bytes that are refused lie there as before, and what is behind them', (length) => {
  const { one, from, to } = connected()
  const bytes = payload(LAYOUT.RESERVE_BYTES, 3)
  windowOf(one).set(bytes)
  const expectRefused = (error: number, flags = 0, bytesSent = length) => {
    expect(one.abi.send_reserved(from, bytesSent, flags)).toBe(-error)
    expectBytes(windowOf(one), bytes)
  }
  one.abi.connect(from, ADDRESS_BYTES, 16, 99, 0)
  expectRefused(ECONNREFUSED)
  one.abi.connect(from, ADDRESS_BYTES, 16, 7, 0)
  expectRefused(EOPNOTSUPP, MSG_OOB)
  expectRefused(ENODATA, 0, 0)
  expectRefused(EMSGSIZE, 0, 212_992 - 31)
  one.abi.set_failslab(100, 1, -1, 0)
  expectRefused(ENOBUFS)
  one.abi.set_failslab(0, 1, 0, 0)
  while (one.send(from, payload(1, 1), 7) > 0);
  expectRefused(EAGAIN)
  one.drain(to)
  expect(one.abi.send_reserved(from, length, 0)).toBe(length)
  expectBytes(one.receive(to), bytes.subarray(0, length))
})

test('what is sent and refused makes no difference between send() and it', () => {
  const histories = [false, true].map((inWindow) => {
    const { one, from, to } = connected()
    const send = (data: Uint8Array, flags = 0) => {
      if (inWindow) windowOf(one).fill(0).set(data)
      else one.machine.transmit(data)
      return inWindow ? one.abi.send_reserved(from, data.length, flags) : one.abi.send(from, data.length, flags)
    }
    const told: unknown[] = []
    for (const length of [0, ...LENGTHS]) told.push(send(payload(length, length)), one.hash())
    told.push(send(payload(4, 1), MSG_OOB), one.hash(), one.drain(to), one.hash())
    return told
  })
  expect(histories[1]).toEqual(histories[0])
})
