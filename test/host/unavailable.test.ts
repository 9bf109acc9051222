// What a program is told where the machine has no netlink for it: which thing is missing, in words and as a reason.

import { expect, test } from 'vitest'
import { type Koffi, loadKoffi } from '../../src/host/koffi.js'
import { openLibc, type Surroundings } from '../../src/host/open.js'
import { HostUnavailableError } from '../../src/host/unavailable.js'

function errorWith(code: string | undefined, message: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}

/** koffi as it would be where socket() says this. */
function koffiWhere(errno: number): Koffi {
  return {
    load: () => ({ func: () => () => -1 }),
    errno: () => errno,
    address: () => 0n,
    node: { poll: () => ({ stop() {}, close() {} }) },
  }
}

const linux = (koffi: () => Koffi): Surroundings => ({ platform: 'linux', arch: 'x64', loadKoffi: koffi })
const failing = (error: Error) => linux(() => loadKoffi(() => fail(error)))

function fail(error: Error): never {
  throw error
}

test.each([
  ['not-linux', /is darwin/, { ...linux(() => koffiWhere(0)), platform: 'darwin' }],
  ['unsupported-cpu', /this is s390x/, { ...linux(() => koffiWhere(0)), arch: 's390x' }],
  ['koffi-missing', /npm install koffi/, failing(errorWith('MODULE_NOT_FOUND', "Cannot find module 'koffi'"))],
  ['koffi-unloadable', /no suitable image/, failing(errorWith('ERR_DLOPEN_FAILED', 'no suitable image'))],
  ['koffi-unloadable', /x64/, failing(errorWith('MODULE_NOT_FOUND', "Cannot find module '@koromix/koffi-linux-x64'"))],
  ['not-permitted', /EPERM/, linux(() => koffiWhere(1))],
  ['not-permitted', /EACCES/, linux(() => koffiWhere(13))],
  ['no-netlink', /EAFNOSUPPORT/, linux(() => koffiWhere(97))],
] as const)('%s: %s', (reason, words, around) => {
  const call = () => openLibc(around)
  expect(call).toThrow(HostUnavailableError)
  expect(call).toThrow(words)
  expect(call).toThrow(expect.objectContaining({ name: 'HostUnavailableError', reason }))
})

test("the error keeps koffi's own", () => {
  const cause = errorWith('ERR_DLOPEN_FAILED', 'no suitable image')
  expect(() => openLibc(failing(cause))).toThrow(expect.objectContaining({ cause }))
})
