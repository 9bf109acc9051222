// What a command sees of the process around it. Tests give it their own.

/** What is used of process.stdout and process.stderr. */
export interface Stream {
  /** Text, or the bytes of a file. */
  write(data: string | Uint8Array): unknown
  readonly isTTY?: boolean
  /** Tells when a stream that said false to write() takes more. */
  once?(event: 'drain', listener: () => void): unknown
}

export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Surroundings extends Streams {
  readonly env: Environment
  /** Calls `listener` once when the user interrupts (Ctrl-C), in place of ending the process. @returns takes it back */
  onInterrupt?(listener: () => void): () => void
}
