// The one error of user space: which call failed, and why.

import { errnoName } from '../uapi/index.js'

const TEXTS: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ESRCH: 'no such process',
  EIO: 'input/output error',
  EBADF: 'bad file descriptor',
  EAGAIN: 'resource temporarily unavailable',
  ENOMEM: 'cannot allocate memory',
  EFAULT: 'bad address',
  EEXIST: 'file exists',
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

/** A failed system call: `code` is the errno's name, `errno` its number below zero (as Node has it), `syscall` the call. */
export class SystemError extends Error {
  override readonly name = 'SystemError'
  readonly code: string
  readonly errno: number
  readonly syscall: string

  /** Whether it is one, of this copy of the package or of another: the command brings a kernel of its own, and two versions may be installed. */
  static override [Symbol.hasInstance](value: unknown): value is SystemError {
    return value instanceof Error && value.name === 'SystemError' && 'errno' in value && typeof value.errno === 'number'
  }

  constructor(errno: number, syscall: string) {
    const code = errnoName(errno)
    super(`${code}: ${TEXTS[code] ?? 'unknown error'}, ${syscall}`)
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
