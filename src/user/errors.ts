// The one error of user space: which call failed, and why.

import { errnoName } from '../uapi/index.js'

const TEXTS: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ESRCH: 'no such process',
  EINTR: 'interrupted system call',
  EIO: 'input/output error',
  EBADF: 'bad file descriptor',
  EAGAIN: 'resource temporarily unavailable',
  ENOMEM: 'cannot allocate memory',
  EFAULT: 'bad address',
  EBUSY: 'device or resource busy',
  EEXIST: 'file exists',
  ENODEV: 'no such device',
  EINVAL: 'invalid argument',
  ENFILE: 'too many open files in system',
  EMFILE: 'too many open files',
  ENOTTY: 'inappropriate ioctl for device',
  ENOSPC: 'no space left on device',
  EDOM: 'numerical argument out of domain',
  ENODATA: 'no data available',
  EMSGSIZE: 'message too long',
  ENOPROTOOPT: 'protocol not available',
  EPROTONOSUPPORT: 'protocol not supported',
  ESOCKTNOSUPPORT: 'socket type not supported',
  EOPNOTSUPP: 'operation not supported',
  EAFNOSUPPORT: 'address family not supported by protocol',
  EADDRINUSE: 'address already in use',
  ECONNRESET: 'connection reset by peer',
  ENOBUFS: 'no buffer space available',
  ECONNREFUSED: 'connection refused',
  ECANCELED: 'operation canceled',
}

/** What the errors of every copy of this package have: the command brings a kernel of its own, and two versions may be installed. */
const IS_SYSTEM_ERROR: unique symbol = Symbol.for('kernel-connector.SystemError')

/** A failed system call: `code` is the errno's name, `errno` its number below zero (as Node has it), `syscall` the call. */
export class SystemError extends Error {
  override readonly name = 'SystemError'
  readonly code: string
  readonly errno: number
  readonly syscall: string

  /** Whether it is one, of this copy of the package or of another; of a class that extends it, whether it is one of that. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one inherits it
    if (!Object.hasOwn(this, Symbol.hasInstance)) return super[Symbol.hasInstance](value)
    return typeof value === 'object' && value !== null && IS_SYSTEM_ERROR in value
  }

  /** @internal */
  get [IS_SYSTEM_ERROR](): true {
    return true
  }

  /** `why`: what there is to say beyond the errno. */
  constructor(errno: number, syscall: string, why = '') {
    const code = errnoName(errno)
    const text = TEXTS[code]
    super(`${code}${text === undefined ? '' : `: ${text}`}, ${syscall}${why && `: ${why}`}`)
    this.code = code
    this.errno = errno
    this.syscall = syscall
  }
}

/** Gives a result back, or throws it if it is -errno. */
export function check(result: number, syscall: string): number {
  if (result < 0) throw new SystemError(result, syscall)
  return result
}
