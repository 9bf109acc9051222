// What the exit status of a command says.

/** Nothing is wrong. */
export const EXIT_FINE = 0
/** The command did its work, and what it looked at is wrong, differs, or is incomplete. */
export const EXIT_WRONG = 1
/** The command could not do its work: bad usage, unreadable input. */
export const EXIT_USAGE = 2
