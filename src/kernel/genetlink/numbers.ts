// Which numbers families and groups get. Measured: ids from 19 on, round and round, so that a family that comes back has
// another one; groups from 2 on, a block for each family, without those that are set aside.

import { GENL_ID_CTRL, GENL_ID_PMCRAID, GENL_ID_VFS_DQUOT, GENL_MAX_ID, GENL_START_ALLOC } from '../../uapi/index.js'

/** Groups of NETLINK_GENERIC; joining a higher one is EINVAL. */
export const GENL_GROUPS = 64

/** Families that were there before ids were given out, and their group has the same number; NET_DM has group 1. */
const FIXED_IDS: Readonly<Record<string, number>> = {
  nlctrl: GENL_ID_CTRL,
  VFS_DQUOT: GENL_ID_VFS_DQUOT,
  pmcraid: GENL_ID_PMCRAID,
}
const FIXED_GROUPS: Readonly<Record<string, number>> = {
  nlctrl: GENL_ID_CTRL,
  VFS_DQUOT: GENL_ID_VFS_DQUOT,
  pmcraid: GENL_ID_PMCRAID,
  NET_DM: 1,
}
const SET_ASIDE: ReadonlySet<number> = /* @__PURE__ */ new Set([0, 1, GENL_ID_CTRL, GENL_ID_VFS_DQUOT, GENL_ID_PMCRAID])

export class Numbers {
  #ids = new Set<number>()
  #groups = new Set<number>()
  #next = GENL_START_ALLOC

  /** Saves them; the result puts them back. */
  keep(): () => void {
    const [ids, groups, next] = [[...this.#ids], [...this.#groups], this.#next]
    return () => {
      this.#ids = new Set(ids)
      this.#groups = new Set(groups)
      this.#next = next
    }
  }

  /** An id, or -1 if all are taken. */
  takeId(name: string): number {
    const fixed = Object.hasOwn(FIXED_IDS, name) ? FIXED_IDS[name] : undefined
    const id = fixed ?? this.#nextId()
    if (id === undefined || this.#ids.has(id)) return -1
    this.#ids.add(id)
    return id
  }

  #nextId(): number | undefined {
    const count = GENL_MAX_ID - GENL_START_ALLOC + 1
    for (let i = 0; i < count; i++) {
      const id = GENL_START_ALLOC + ((this.#next - GENL_START_ALLOC + i) % count)
      if (this.#ids.has(id)) continue
      this.#next = id + 1
      return id
    }
    return undefined
  }

  giveId(id: number): void {
    this.#ids.delete(id)
  }

  /** The first of `count` groups in a row, or -1 if there is no such row. */
  takeGroups(name: string, count: number): number {
    const fixed = count === 1 && Object.hasOwn(FIXED_GROUPS, name) ? FIXED_GROUPS[name] : undefined
    const first = fixed ?? this.#freeRow(count)
    if (first >= 0) for (let i = 0; i < count; i++) this.#groups.add(first + i)
    return first
  }

  giveGroups(first: number, count: number): void {
    for (let i = 0; i < count; i++) this.#groups.delete(first + i)
  }

  #freeRow(count: number): number {
    const taken = (group: number) => SET_ASIDE.has(group) || this.#groups.has(group)
    for (let first = 0; first + count - 1 <= GENL_GROUPS; first++) {
      if (Array.from({ length: count }, (_, i) => first + i).every((group) => !taken(group))) return first
    }
    return -1
  }
}
