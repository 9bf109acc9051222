// What is wrong with a journal, and where.

/** A journal that cannot be read: cut short, damaged, of another kernel, or none at all. */
export class JournalError extends RangeError {
  override readonly name = 'JournalError'
  /** The byte at which it goes wrong. */
  readonly at: number

  constructor(what: string, at: number) {
    super(`${what}, at byte ${at}`)
    this.at = at
  }
}
