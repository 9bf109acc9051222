// Which modules are loaded, by name: /proc/modules. What they do is the host's.

import { EEXIST, ENOENT, ENOMEM } from '../uapi/errno'
import { Kernel, kernel } from '../kernel'
import { RECEIVE_AT, STATE, nil, refOf, setResult } from '../memory'
import { namedCreate, namedPlace, namedRemove } from '../mm/named'
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
const LIST: usize = STATE + offsetof<Kernel>('moduleList')

/** Where a module's name lies. */
export function moduleName(module: Module): usize {
  return changetype<usize>(module) + HEADER
}

/** The module that was loaded first, or null. */
export function firstModule(): Module {
  return changetype<Module>(kernel().moduleList)
}

/** Lists a module; 0, -EEXIST, -ENOMEM. */
export function moduleAdd(name: usize, length: u32): i32 {
  const place = namedPlace(LIST, HEADER, name, length)
  if (load<usize>(place)) return -EEXIST
  const made = namedCreate(HEADER, name, length)
  if (!made) return -ENOMEM
  store<usize>(made, 0)
  store<usize>(place, made)
  return 0
}

/** Takes a module off the list; 0, -ENOENT. */
export function moduleDelete(name: usize, length: u32): i32 {
  const place = namedPlace(LIST, HEADER, name, length)
  if (!load<usize>(place)) return -ENOENT
  namedRemove(place, HEADER)
  return 0
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
  while (kernel().moduleList) namedRemove(LIST, HEADER)
}
