// Finds out whether this machine's netlink can be used, and says exactly what is missing if not.

import { AF_NETLINK, EACCES, EPERM, errnoName, NETLINK_USERSOCK, SOCK_CLOEXEC, SOCK_RAW } from '../uapi/index.js'
import { type Koffi, loadKoffi } from './koffi.js'
import { Libc } from './libc.js'
import { pinKoffi } from './pin.js'
import { HostUnavailableError } from './unavailable.js'

/** Little-endian, with pointers of 64 bits, and with the generic numbers of options and errors. */
const CPUS: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64']

/** What is looked at; tests give other answers. */
export interface Surroundings {
  readonly platform: string
  readonly arch: string
  loadKoffi(): Koffi
}

const HERE: Surroundings = { platform: process.platform, arch: process.arch, loadKoffi }

/** The functions of libc. @throws HostUnavailableError saying what is missing */
export function openLibc(around: Surroundings = HERE): Libc {
  if (around.platform !== 'linux') {
    throw new HostUnavailableError('not-linux', `netlink is part of Linux, and this is ${around.platform}`)
  }
  if (!CPUS.includes(around.arch)) {
    throw new HostUnavailableError('unsupported-cpu', `made for ${CPUS.join(', ')}, and this is ${around.arch}`)
  }
  const libc = makeLibc(around.loadKoffi())
  tryNetlink(libc)
  pinKoffi(libc)
  return libc
}

function makeLibc(koffi: Koffi): Libc {
  try {
    return new Libc(koffi)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HostUnavailableError('koffi-unloadable', `koffi cannot call libc: ${why}`, { cause })
  }
}

function tryNetlink(libc: Libc): void {
  const fd = libc.result(libc.call.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK))
  if (fd >= 0) {
    libc.call.close(fd)
    return
  }
  const told = `socket(AF_NETLINK) says ${errnoName(fd)}`
  if (fd === -EPERM || fd === -EACCES) {
    throw new HostUnavailableError('not-permitted', `this process may not open netlink sockets: ${told}`)
  }
  throw new HostUnavailableError(
    'no-netlink',
    `this kernel, or the sandbox around this process, has no netlink: ${told}`,
  )
}
