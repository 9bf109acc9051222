// Which modules are loaded, by name: /proc/modules. What they do is the host's.

import { EEXIST, ENOENT, ENOMEM } from '../uapi/errno'
import { GFP_KERNEL } from '../uapi/constants'
import { kernel } from '../kernel'
import { RECEIVE_AT, nil, refOf, setResult } from '../memory'
import { alloc, free } from '../mm/alloc'
import { RESULT_LIST } from '../result'

//   struct Module, 8 bytes and the name
//      0 ┌──────────────┬──────────────┐
//        │ next         │ length       │ in the order in which they were loaded
//      8 ├──────────────┴──────────────┤
//        │ name (UTF-8)                │
//        └─────────────────────────────┘
@unmanaged
export class Module {
  next: Module
  length: u32
}

const HEADER: u32 = 8

/** Where a module's name lies. */
export function moduleName(module: Module): usize {
  return changetype<usize>(module) + HEADER
}

/** The module that was loaded first, or null. */
export function firstModule(): Module {
  return changetype<Module>(kernel().moduleList)
}

function isNamed(module: Module, name: usize, length: u32): bool {
  return module.length == length && memory.compare(moduleName(module), name, length) == 0
}

/** Lists a module; 0, -EEXIST, -ENOMEM. */
export function moduleAdd(name: usize, length: u32): i32 {
  let last = changetype<Module>(0)
  for (let one = firstModule(); !nil(one); one = one.next) {
    if (isNamed(one, name, length)) return -EEXIST
    last = one
  }
  const made = changetype<Module>(alloc(HEADER + length, GFP_KERNEL))
  if (nil(made)) return -ENOMEM
  made.next = changetype<Module>(0)
  made.length = length
  memory.copy(moduleName(made), name, length)
  if (nil(last)) kernel().moduleList = changetype<usize>(made)
  else last.next = made
  return 0
}

/** Takes a module off the list; 0, -ENOENT. */
export function moduleDelete(name: usize, length: u32): i32 {
  let before = changetype<Module>(0)
  for (let one = firstModule(); !nil(one); one = one.next) {
    if (isNamed(one, name, length)) {
      if (nil(before)) kernel().moduleList = changetype<usize>(one.next)
      else before.next = one.next
      free(changetype<usize>(one), HEADER + length)
      return 0
    }
    before = one
  }
  return -ENOENT
}

/** The module after another (0: the first), or 0: its name in the receive window, the name's length in the first list word. */
export function moduleNext(before: u32): u32 {
  const module = before ? changetype<Module>(before).next : firstModule()
  if (nil(module)) return 0
  setResult(RESULT_LIST, module.length)
  memory.copy(RECEIVE_AT, moduleName(module), module.length)
  return refOf(module)
}

/** Forgets all; used when the machine halts. */
export function modulesFree(): void {
  const k = kernel()
  while (k.moduleList) {
    const one = firstModule()
    k.moduleList = changetype<usize>(one.next)
    free(changetype<usize>(one), HEADER + one.length)
  }
}
