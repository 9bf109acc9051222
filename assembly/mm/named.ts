// Lists of structs with names, one behind the other. Each struct begins with the same two words, and its name follows its fields.
//
//      0 ┌──────────────┬──────────────┐
//        │ next         │ length       │ of the name
//      8 └──────────────┴──────────────┘
//
// The place of a struct is the word that has its reference: the list's own, or that of the struct before it.

import { GFP_KERNEL } from '../uapi/constants'
import { sameBytes } from '../memory'
import { alloc, free } from './alloc'

/** A struct with `header` bytes of fields and a name, on no list; 0 without memory. Only its length and its name are set. */
export function namedCreate(header: u32, name: usize, length: u32): usize {
  const made = alloc(header + length, GFP_KERNEL)
  if (!made) return 0
  store<u32>(made, length, 4)
  memory.copy(made + header, name, length)
  return made
}

/** The place of the struct with a name, behind the last one if there is none; `list` is the place of the first. */
export function namedPlace(list: usize, header: u32, name: usize, length: u32): usize {
  for (let one = load<usize>(list); one; one = load<usize>(list)) {
    if (load<u32>(one, 4) == length && sameBytes(one + header, name, length)) break
    list = one
  }
  return list
}

/** Takes the struct at a place out of its list and gives it back. */
export function namedRemove(place: usize, header: u32): void {
  const one = load<usize>(place)
  store<usize>(place, load<usize>(one))
  free(one, header + load<u32>(one, 4))
}
