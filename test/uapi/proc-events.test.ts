// Process events: every kind back and forth, and all that a real kernel sent (test/data/README.md).
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import * as some from './arbitraries.js'
import { unhex } from './hex.js'

describe('proc_event', () => {
  it.each(Object.entries<fc.Arbitrary<uapi.ProcEvent>>(some.procEvents))('%s comes back as it went', (_, arbitrary) => {
    const roundTrip = (event: uapi.ProcEvent, rest: Uint8Array) => {
      const array = uapi.encodeProcEvent(event)
      expect(array.length).toBe(uapi.PROC_EVENT.size)
      expect(uapi.decodeProcEvent(new Uint8Array([...array, ...rest]))).toEqual(event)
      expect(uapi.tryDecodeProcEvent(array)).toEqual(event)
    }
    fc.assert(fc.property(arbitrary, some.data, roundTrip))
  })

  it('has the places that Linux has', () => {
    const exit = unhex('00000080 01000000 0807060504030201  2a000000 2b000000 00010000 ffffffff 01000000 02000000')
    expect(uapi.decodeProcEvent(exit)).toEqual({
      what: uapi.PROC_EVENT_EXIT,
      cpu: 1,
      timestamp_ns: 0x0102030405060708n,
      event_data: {
        exit: {
          process_pid: 42,
          process_tgid: 43,
          exit_code: 256,
          exit_signal: 0xffffffff,
          parent_pid: 1,
          parent_tgid: 2,
        },
      },
    })
  })

  it('keeps names of 0 to 16 bytes, and nothing behind the first zero', () => {
    const head = '00020000 00000000 0000000000000000 01000000 01000000'
    const name = (digits: string) => {
      const event = uapi.decodeProcEvent(unhex(head + digits))
      return event.what === uapi.PROC_EVENT_COMM ? event.event_data.comm.comm : undefined
    }
    expect(name('00'.repeat(16))).toEqual(new Uint8Array(0))
    expect(name('ff'.repeat(16))).toEqual(new Uint8Array(16).fill(0xff))
    expect(name('ff'.repeat(30))).toEqual(new Uint8Array(16).fill(0xff))
    expect(name(`6100${'62'.repeat(14)}`)).toEqual(Uint8Array.of(0x61))
    const long = { process_pid: 1, process_tgid: 1, comm: new Uint8Array(17) }
    const event = { what: uapi.PROC_EVENT_COMM, cpu: 0, timestamp_ns: 0n, event_data: { comm: long } } as const
    expect(() => uapi.encodeProcEvent(event)).toThrow('comm has at most 16 bytes, not 17')
  })

  it('refuses unknown kinds and short bytes', () => {
    for (const what of [3, 8, 0x10, 0x20000000, 0xffffffff]) {
      const array = new Uint8Array(40)
      new DataView(array.buffer).setUint32(0, what, true)
      expect(() => uapi.decodeProcEvent(array)).toThrow(`what is 0x${what.toString(16)}`)
      expect(uapi.tryDecodeProcEvent(array)).toBeNull()
      const event = { what, cpu: 0, timestamp_ns: 0n, event_data: {} }
      expect(() => uapi.encodeProcEvent(event as unknown as uapi.ProcEvent)).toThrow(RangeError)
    }
    expect(() => uapi.decodeProcEvent(new Uint8Array(39))).toThrow('proc_event needs 40 bytes, there are 39')
  })

  it('refuses fields of the wrong type', () => {
    const exec = { process_pid: 1, process_tgid: 1 }
    const event = { what: uapi.PROC_EVENT_EXEC, cpu: 0, timestamp_ns: 0n, event_data: { exec } } as const
    const wrong = (change: object) => () => uapi.encodeProcEvent({ ...event, ...change } as unknown as uapi.ProcEvent)
    expect(wrong({ timestamp_ns: 1 })).toThrow(new TypeError('timestamp_ns must be a bigint'))
    for (const timestamp_ns of [-1n, 2n ** 64n]) expect(wrong({ timestamp_ns })).toThrow(RangeError)
    expect(wrong({ cpu: 0.5 })).toThrow(RangeError)
    expect(wrong({ event_data: { exec: { process_pid: 1 } } })).toThrow(/^process_tgid must be an integer/)
  })
})

/** The datagrams of a file of records: a length of 32 bits, then so many bytes. */
function* records(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let at = 0; at < file.length; ) {
    const end = at + 4 + view.getUint32(at, true)
    yield file.subarray(at + 4, end)
    at = end
  }
}

describe('27063 datagrams of Linux 6.18', () => {
  const datagrams = [...records(readFileSync(new URL('../data/proc-events.bin', import.meta.url)))]
  const messages = datagrams.map(uapi.decodeConnectorMessage)
  const events = messages.map(({ msg }) => uapi.decodeProcEvent(msg.data))

  it('are of ten kinds', () => {
    const counts: Record<string, number> = {}
    for (const { what } of events) {
      const name = uapi.nameOf(uapi.PROC_EVENTS, what) ?? `${what}`
      counts[name] = (counts[name] ?? 0) + 1
    }
    expect(counts).toEqual({
      PROC_EVENT_NONE: 1,
      PROC_EVENT_FORK: 9587,
      PROC_EVENT_EXEC: 4658,
      PROC_EVENT_UID: 1080,
      PROC_EVENT_GID: 720,
      PROC_EVENT_SID: 120,
      PROC_EVENT_PTRACE: 288,
      PROC_EVENT_COMM: 637,
      PROC_EVENT_COREDUMP: 396,
      PROC_EVENT_EXIT: 9576,
    })
    expect(events.length).toBe(27063)
  })

  it('have the header that the connector gives', () => {
    for (const { header, msg } of messages) {
      const { seq } = msg
      expect(header).toEqual({
        nlmsg_len: 76,
        nlmsg_type: uapi.NLMSG_DONE,
        nlmsg_flags: 0,
        nlmsg_seq: seq,
        nlmsg_pid: 0,
      })
      expect([msg.id.idx, msg.id.val, msg.len, msg.flags]).toEqual([uapi.CN_IDX_PROC, uapi.CN_VAL_PROC, 40, 0])
    }
  })

  it('come back, byte for byte', () => {
    const different = datagrams.filter((datagram, i) => {
      const [message, event] = [messages[i], events[i]]
      if (message === undefined || event === undefined) return true
      const again = uapi.encodeConnectorMessage({ ...message.msg, data: uapi.encodeProcEvent(event) })
      return Buffer.compare(again, datagram) !== 0
    })
    expect(different.length).toBe(0)
  })

  it('are counted by each CPU for itself, without a gap', () => {
    const last = new Map<number, number>()
    const counts = new Map<number, number>()
    events.forEach(({ cpu }, i) => {
      const seq = messages[i]?.msg.seq ?? 0
      expect(seq).toBe((last.get(cpu) ?? seq - 1) + 1)
      last.set(cpu, seq)
      counts.set(cpu, (counts.get(cpu) ?? 0) + 1)
    })
    expect(Object.fromEntries(counts)).toEqual({ 0: 11700, 1: 15363 })
  })

  it('go back in time 17 times', () => {
    const back = events.filter(({ timestamp_ns }, i) => i > 0 && timestamp_ns < (events[i - 1]?.timestamp_ns ?? 0n))
    expect(back.length).toBe(17)
  })

  it('tell exits that failed, and those of threads', () => {
    const exits = events.flatMap((event) => (event.what === uapi.PROC_EVENT_EXIT ? [event.event_data.exit] : []))
    expect(exits.filter(({ exit_code }) => exit_code !== 0).length).toBe(3517)
    expect(exits.filter(({ exit_signal }) => uapi.i32(exit_signal, 'exit_signal') === -1).length).toBe(1140)
  })

  it('have names of any bytes, at most 15', () => {
    const names = events.flatMap((event) => (event.what === uapi.PROC_EVENT_COMM ? [event.event_data.comm.comm] : []))
    expect(Math.max(...names.map((name) => name.length))).toBe(15)
    expect(Math.min(...names.map((name) => name.length))).toBe(0)
    const utf8 = new TextDecoder('utf-8', { fatal: true })
    expect(() => names.map((name) => utf8.decode(name))).toThrow(TypeError)
  })
})
