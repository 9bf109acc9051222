// The commands of kernel-connector, in the order of the list. These files are light: what a command works with is loaded when it
// runs.

import type { Command } from '../frame/command.js'
import { CAPTURE } from './capture.js'
import { DEMO } from './demo.js'
import { EXPLAIN } from './explain.js'
import { INSPECT } from './inspect.js'
import { PROC } from './proc.js'
import { RECORD } from './record.js'
import { REPLAY } from './replay.js'

export const COMMANDS: readonly Command[] = [DEMO, PROC, RECORD, REPLAY, INSPECT, CAPTURE, EXPLAIN]
