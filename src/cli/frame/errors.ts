// The two errors that a command answers with one line and exit status 2. Any other error is a bug and keeps its stack.

/** The command line asks for something that the command does not do. The line says where the help is. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** What the command was given to work on cannot be used: a file is unreadable or malformed, the computer does not allow it. */
export class InputError extends Error {
  override readonly name: string = 'InputError'
}
