// Network namespaces: a number for each name. Number 0 is the initial one, which has no name.

import { ENOMEM, ENOSPC } from '../uapi/errno'
import { Kernel, kernel } from '../kernel'
import { STATE, nil } from '../memory'
import { namedCreate, namedPlace, namedRemove } from '../mm/named'

//   struct Namespace, 16 bytes and the name
//      0 ┌──────────────┬──────────────┬──────────────┬──────────────┐
//        │ next         │ length       │ number       │ entered      │ entered: a task has been in it
//     16 ├──────────────┴──────────────┴──────────────┴──────────────┤
//        │ name (UTF-8)                                              │
//        └───────────────────────────────────────────────────────────┘
@unmanaged
export class Namespace {
  next: Namespace
  length: u32
  number: u32
  entered: u32
}

const HEADER: u32 = 16
const LIST: usize = STATE + offsetof<Kernel>('namespaceList')

/** The number of the namespace with this name, which is made if need be; -ENOSPC at the limit, -ENOMEM. */
export function namespaceNumber(name: usize, length: u32): i32 {
  const one = changetype<Namespace>(load<usize>(namedPlace(LIST, HEADER, name, length)))
  return nil(one) ? namespaceCreate(name, length) : one.number
}

/** The number of a new namespace; without a name (length 0) nobody can ask for it again. -ENOSPC, -ENOMEM. */
export function namespaceCreate(name: usize, length: u32): i32 {
  const k = kernel()
  if (k.namespaces >= k.maxNamespaces) return -ENOSPC
  const made = changetype<Namespace>(namedCreate(HEADER, name, length))
  if (nil(made)) return -ENOMEM
  k.namespaces += 1
  made.next = changetype<Namespace>(k.namespaceList)
  made.number = k.namespaces
  made.entered = 0
  k.namespaceList = changetype<usize>(made)
  return made.number
}

// Nearly always the newest.
function namespaceAt(number: u32): Namespace {
  let one = changetype<Namespace>(kernel().namespaceList)
  while (!nil(one) && one.number != number) one = one.next
  return one
}

/** A task has moved in. */
export function namespaceEnter(number: u32): void {
  const one = namespaceAt(number)
  if (!nil(one)) one.entered = 1
}

/** The task for which a namespace was made could not be: if nobody has been in it, it is as if it had not been asked for. */
export function namespaceForsake(number: u32): void {
  const k = kernel()
  const one = changetype<Namespace>(k.namespaceList)
  if (nil(one) || one.number != number || one.entered) return
  namedRemove(LIST, HEADER)
  k.namespaces -= 1
}

/** Forgets all names; used when the machine halts. */
export function namespacesFree(): void {
  const k = kernel()
  while (k.namespaceList) namedRemove(LIST, HEADER)
  k.namespaces = 0
}
