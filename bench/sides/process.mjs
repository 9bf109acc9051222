// Runs one fresh process and reads the JSON object that it prints.
import { execFile } from 'node:child_process'

/** Milliseconds. No measurement comes near this: one that does hangs. */
export const LONGEST = 180_000

/** What the program printed; { failed: reason } if it did not end well. */
export function runProcess(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: LONGEST, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) resolve({ failed: reasonOf(error, stderr) })
      else resolve(JSON.parse(stdout))
    })
  })
}

function reasonOf(error, stderr) {
  if (error.killed) return `no end after ${LONGEST / 1000} s`
  const lines = stderr.trim().split('\n')
  // An exception of Node's stands between its place and its stack; the C program says one line.
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? (lines.at(-1) || error.message.split('\n')[0])
}
