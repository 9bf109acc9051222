// A list of structs in the order in which they came. Each struct begins with its place in the list.
//
//   struct Kernel has the list's two words, each struct two of its own
//      0 ┌──────────────┬──────────────┐   ┌──────────────┬──────────────┐
//        │ first        │ last         │   │ next         │ prev         │
//      8 └──────────────┴──────────────┘   └──────────────┴──────────────┘
//
// The first one's reference stands in the list where that of a next one stands in a struct, so the list serves as the neighbour
// of both ends.

/** Puts a struct last. */
export function listAppend(list: usize, item: usize): void {
  const last = load<usize>(list, 4)
  store<usize>(item, 0)
  store<usize>(item, last, 4)
  store<usize>(last ? last : list, item)
  store<usize>(list, item, 4)
}

/** Takes a struct out. */
export function listRemove(list: usize, item: usize): void {
  const next = load<usize>(item)
  const prev = load<usize>(item, 4)
  store<usize>(prev ? prev : list, next)
  store<usize>(next ? next : list, prev, 4)
}

// A chain: the list has one word, its first struct's reference, and the newest comes first. The place in it is a pair of words as
// above, anywhere in the struct, so that a struct can be in several.

/** Puts a struct first; `at` is the offset of its pair. */
export function chainAdd(chain: usize, item: usize, at: usize): void {
  const next = load<usize>(chain)
  store<usize>(item + at, next)
  store<usize>(item + at, 0, 4)
  if (next) store<usize>(next + at, item, 4)
  store<usize>(chain, item)
}

/** Takes a struct out. */
export function chainRemove(chain: usize, item: usize, at: usize): void {
  const next = load<usize>(item + at)
  const prev = load<usize>(item + at, 4)
  store<usize>(prev ? prev + at : chain, next)
  if (next) store<usize>(next + at, prev, 4)
}
