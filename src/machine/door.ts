// Under which names the host has the calls of the door: its sources have those of abi.ts, and the built files short ones, for which
// scripts/door-members.mjs puts another function in the place of this one.

import { type Abi, CALL_NAMES } from './abi.generated.js'

const NAMES = CALL_NAMES.split(' ')

/** What a call is of an Abi: by its opcode in base 36, under which the release build exports it, or by its name. */
export function memberOf(key: string): keyof Abi {
  return (NAMES[Number.parseInt(key, 36) - 1] ?? key) as keyof Abi
}
