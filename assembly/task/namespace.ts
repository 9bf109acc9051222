// Network namespaces: a number for each name. Number 0 is the initial one, which has no name.

import { ENOMEM, ENOSPC } from '../uapi/errno'
import { GFP_KERNEL } from '../uapi/constants'
import { alloc, free } from '../mm/alloc'
import { kernel } from '../kernel'

//   struct Namespace, 16 bytes and the name
//      0 ┌──────────────┬──────────────┬──────────────┬──────────────┐
//        │ next         │ number       │ length       │ entered      │ entered: a task has been in it
//     16 ├──────────────┴──────────────┴──────────────┴──────────────┤
//        │ name (UTF-8)                                              │
//        └───────────────────────────────────────────────────────────┘
@unmanaged
export class Namespace {
  next: Namespace
  number: u32
  length: u32
  entered: u32
}

const HEADER: u32 = 16

/** The number of the namespace with this name, which is made if need be; -ENOSPC at the limit, -ENOMEM. */
export function namespaceNumber(name: usize, length: u32): i32 {
  const k = kernel()
  let one = changetype<Namespace>(k.namespaceList)
  while (changetype<usize>(one)) {
    if (one.length == length && memory.compare(changetype<usize>(one) + HEADER, name, length) == 0) return one.number
    one = one.next
  }
  return namespaceCreate(name, length)
}

/** The number of a new namespace; without a name (length 0) nobody can ask for it again. -ENOSPC, -ENOMEM. */
export function namespaceCreate(name: usize, length: u32): i32 {
  const k = kernel()
  if (k.namespaces >= k.maxNamespaces) return -ENOSPC
  const made = changetype<Namespace>(alloc(HEADER + length, GFP_KERNEL))
  if (!changetype<usize>(made)) return -ENOMEM
  k.namespaces += 1
  made.next = changetype<Namespace>(k.namespaceList)
  made.number = k.namespaces
  made.length = length
  made.entered = 0
  memory.copy(changetype<usize>(made) + HEADER, name, length)
  k.namespaceList = changetype<usize>(made)
  return made.number
}

// Nearly always the newest.
function namespaceAt(number: u32): Namespace {
  let one = changetype<Namespace>(kernel().namespaceList)
  while (changetype<usize>(one) && one.number != number) one = one.next
  return one
}

/** A task has moved in. */
export function namespaceEnter(number: u32): void {
  const one = namespaceAt(number)
  if (changetype<usize>(one)) one.entered = 1
}

/** The task for which a namespace was made could not be: if nobody has been in it, it is as if it had not been asked for. */
export function namespaceForsake(number: u32): void {
  const k = kernel()
  const one = changetype<Namespace>(k.namespaceList)
  if (!changetype<usize>(one) || one.number != number || one.entered) return
  k.namespaceList = changetype<usize>(one.next)
  k.namespaces -= 1
  free(changetype<usize>(one), HEADER + one.length)
}

/** Forgets all names; used when the machine halts. */
export function namespacesFree(): void {
  const k = kernel()
  while (k.namespaceList) {
    const one = changetype<Namespace>(k.namespaceList)
    k.namespaceList = changetype<usize>(one.next)
    free(changetype<usize>(one), HEADER + one.length)
  }
  k.namespaces = 0
}
