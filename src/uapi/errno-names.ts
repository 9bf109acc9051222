// Names of error numbers: what strerrorname_np(3) tells.

import { EDEADLOCK, ENOTSUPP, EWOULDBLOCK } from '../../assembly/uapi/errno.js'
import type { NameTable } from './names.js'

/** The names in the order of their numbers; three numbers have none. A text takes half of what a table takes in a bundle. */
const NAMES = `E0 EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV
ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK
ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP E41 ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT
EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT E58 EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV
ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX
ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT
ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET
ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH
EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY
EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON`

/** Names that are not shown for a number, as it has a better one, and one that stands far behind the others. */
const OTHERS: NameTable = { EWOULDBLOCK, EDEADLOCK, ENOTSUPP }

/** The names by number, made when the first one is asked for. */
let names: string[] | undefined

/**
 * The name of an error number: 'EAGAIN' for 11 and for -11, 'E999' for a number that has none.
 *
 * @param n the number, with either sign
 */
export function errnoName(n: number): string {
  const number = Math.abs(n)
  return namesByNumber()[number] ?? `E${number}`
}

/**
 * The number of an error, positive, or undefined for a name that is none.
 *
 * @example errnoNumber('ENOBUFS') // 105
 */
export function errnoNumber(name: string): number | undefined {
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name]
  const number = namesByNumber().indexOf(name)
  return number < 0 || name === `E${number}` ? undefined : number
}

function namesByNumber(): string[] {
  if (names === undefined) {
    names = NAMES.split(/\s/)
    names[ENOTSUPP] = 'ENOTSUPP'
  }
  return names
}
