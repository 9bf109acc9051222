// What counts as a SystemError: errors of any copy of the package, and nothing that only looks like one.
import { setPriority } from 'node:os'
import { expect, test, vi } from 'vitest'
import { SystemError } from '../../src/index.js'
import { EPERM } from '../../src/uapi/index.js'

class Refused extends SystemError {
  constructor() {
    super(-EPERM, 'refuse')
    Object.defineProperty(this, 'name', { value: 'Refused' })
  }
}

/** What a call throws. */
function thrownBy(call: () => void): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test('an error of another copy of the package is one, and the other way round', async () => {
  vi.resetModules()
  const other = await import('../../src/user/errors.js')
  expect(other.SystemError).not.toBe(SystemError)
  expect(new other.SystemError(-EPERM, 'bind') instanceof SystemError).toBe(true)
  expect(new SystemError(-EPERM, 'bind') instanceof other.SystemError).toBe(true)
  expect(new Refused() instanceof other.SystemError).toBe(true)
})

test('an error of a class that extends it is one, whatever its name', () => {
  expect(new Refused() instanceof Refused).toBe(true)
  expect(new Refused() instanceof SystemError).toBe(true)
})

test('not every one is of a class that extends it', () => {
  class Other extends SystemError {}
  expect(new SystemError(-EPERM, 'bind') instanceof Refused).toBe(false)
  expect(new Other(-EPERM, 'bind') instanceof Refused).toBe(false)
})

test.each([
  ['an error of Node with that name', thrownBy(() => setPriority(2 ** 30, 0))],
  ['an error with the same fields', Object.assign(new Error(), { name: 'SystemError', errno: -1, code: 'EPERM' })],
  ['a string', 'SystemError'],
  ['a function', () => {}],
  ['null', null],
  ['undefined', undefined],
])('%s is none', (_, value) => {
  expect(value instanceof SystemError).toBe(false)
})

test('no field of what is asked about is read', () => {
  const read = vi.fn()
  const error = Object.defineProperties(new Error(), { name: { get: read }, errno: { get: read } })
  expect(error instanceof SystemError).toBe(false)
  expect(read).not.toHaveBeenCalled()
})

test.each([
  [16, 'EBUSY: device or resource busy, recvmsg'],
  [4, 'EINTR: interrupted system call, recvmsg'],
  [33, 'EDOM: numerical argument out of domain, recvmsg'],
  [40, 'ELOOP, recvmsg'],
  [4000, 'E4000, recvmsg'],
])('errno %i has its text, or none', (errno, message) => {
  expect(new SystemError(-errno, 'recvmsg').message).toBe(message)
})
