// What to throw for what several functions threw.

/** The only one of the errors, or all of them in one; `what` says so. There is at least one. */
export function errorOf(errors: readonly unknown[], what: string): unknown {
  return errors.length === 1 ? errors[0] : new AggregateError(errors, `several ${what} threw`)
}
