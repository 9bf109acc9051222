// The tables of names: complete, and right in both directions.
import { describe, expect, it } from 'vitest'
import * as constants from '../../assembly/uapi/constants.js'
import * as errno from '../../assembly/uapi/errno.js'
import * as uapi from '../../src/uapi/index.js'

const all: Record<string, unknown> = uapi

/** The constants whose names fit. */
function named(pattern: RegExp): Record<string, number> {
  const entries = Object.entries({ ...constants, PROC_EVENT_EXIT: uapi.PROC_EVENT_EXIT })
  return Object.fromEntries(entries.filter(([name]) => pattern.test(name)))
}

describe('tables', () => {
  it.each([
    ['SOCKET_OPTIONS', /^SO_/],
    ['MSG_FLAGS', /^MSG_/],
    ['POLL_EVENTS', /^POLL/],
    ['PROC_EVENTS', /^PROC_EVENT_/],
    ['SIGNALS', /^SIG[A-Z]/],
    ['NLMSG_TYPES', /^NLMSG_(NOOP|ERROR|DONE|OVERRUN)$/],
    ['NLMSG_FLAGS', /^NLM_F_(REQUEST|MULTI|ACK|ECHO|DUMP_INTR|DUMP_FILTERED)$/],
    ['IOCTL_REQUESTS', /^(TCGETS|TIOC|FIO|SIOC)/],
    ['CAPABILITIES', /^CAP_(?!LAST_CAP)/],
  ])('%s has every name of its kind', (table, pattern) => {
    expect(all[table]).toEqual(named(pattern))
  })

  it('protocols and options of netlink are whole', () => {
    // Linux keeps 17 free.
    expect(Object.values(uapi.NETLINK_PROTOCOLS)).toEqual([...Array(23).keys()].filter((n) => n !== 17))
    expect(Object.values(uapi.NETLINK_OPTIONS)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    for (const table of [uapi.NETLINK_PROTOCOLS, uapi.NETLINK_OPTIONS]) {
      for (const [name, value] of Object.entries(table)) expect([name, all[name]]).toEqual([name, value])
    }
  })

  it('capabilities and signals have no holes', () => {
    expect(Object.values(uapi.CAPABILITIES)).toEqual([...Array(41).keys()])
    expect(Object.values(uapi.SIGNALS)).toEqual([...Array(31).keys()].map((n) => n + 1))
  })
})

describe('names', () => {
  it('nameOf tells the first name, or undefined', () => {
    expect(uapi.nameOf(uapi.SIGNALS, 9)).toBe('SIGKILL')
    expect(uapi.nameOf(uapi.NETLINK_PROTOCOLS, 4)).toBe('NETLINK_SOCK_DIAG')
    expect(uapi.nameOf(uapi.PROC_EVENTS, 0x80000000)).toBe('PROC_EVENT_EXIT')
    expect(uapi.nameOf(uapi.SIGNALS, 99)).toBeUndefined()
  })

  it('flagNames tells bits, and what is left', () => {
    expect(uapi.flagNames(uapi.POLL_EVENTS, 5)).toEqual(['POLLIN', 'POLLOUT'])
    expect(uapi.flagNames(uapi.MSG_FLAGS, 0x40000000 | 0x20)).toEqual(['MSG_TRUNC', 'MSG_CMSG_CLOEXEC'])
    expect(uapi.flagNames(uapi.PROC_EVENTS, uapi.PROC_EVENT_ALL)).toHaveLength(10)
    expect(uapi.flagNames(uapi.PROC_EVENTS, -1).at(-1)).toBe('0x1ffffc38')
    expect(uapi.flagNames(uapi.MSG_FLAGS, 0)).toEqual([])
  })
})

describe('errno', () => {
  it('has a name for each number, the usual one where there are two', () => {
    for (const [name, number] of Object.entries(errno)) {
      expect(uapi.errnoNumber(name)).toBe(number)
      const shown = { EWOULDBLOCK: 'EAGAIN', EDEADLOCK: 'EDEADLK' }[name] ?? name
      expect([uapi.errnoName(number), uapi.errnoName(-number)]).toEqual([shown, shown])
    }
  })

  it('has a word for what has no name', () => {
    expect([uapi.errnoName(999), uapi.errnoName(-134), uapi.errnoName(41)]).toEqual(['E999', 'E134', 'E41'])
    expect(['EFOO', 'toString', 'E41', 'E0'].map(uapi.errnoNumber)).toEqual(Array(4).fill(undefined))
  })
})

describe('capabilities', () => {
  it('has names and numbers', () => {
    expect([uapi.capabilityName(12), uapi.capabilityName(41)]).toEqual(['CAP_NET_ADMIN', undefined])
    expect([uapi.capabilityNumber('CAP_SYS_ADMIN'), uapi.capabilityNumber('constructor')]).toEqual([21, undefined])
  })

  it('has bits', () => {
    expect(uapi.capabilityBit('CAP_CHECKPOINT_RESTORE')).toBe(1n << 40n)
    expect(uapi.capabilityBit(uapi.CAP_NET_ADMIN)).toBe(0x1000n)
    for (const wrong of ['CAP_LAST_CAP', 'net_admin', '', 41, -1])
      expect(() => uapi.capabilityBit(wrong)).toThrow(RangeError)
  })

  it('makes two words of a set', () => {
    expect(uapi.capabilityWords('all')).toEqual({ low: 0xffffffff, high: 0x1ff })
    expect(uapi.capabilityWords([])).toEqual({ low: 0, high: 0 })
    expect(uapi.capabilityWords(['CAP_SETFCAP', 'CAP_MAC_OVERRIDE'])).toEqual({ low: 0x80000000, high: 1 })
    expect(() => uapi.capabilityWords(['CAP_FOO'])).toThrow('there is no capability CAP_FOO')
    // A name without its array; '' would be no capabilities at all.
    for (const caps of ['CAP_NET_ADMIN', '', null, 12, new Set(['CAP_NET_ADMIN'])]) {
      expect(() => uapi.capabilityWords(caps as never)).toThrow(
        new TypeError('caps must be "all" or an array of names'),
      )
    }
  })
})
