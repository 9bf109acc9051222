// Where a measurement can run. A side has a title for the table, prepare() and run(measurement): one fresh process,
// one kernel. Both answer { unavailable: reason } where this machine cannot do it and { failed: reason } where
// something is broken; else prepare() answers nothing and run() { samples }. Some have describe(), which program it is,
// and close(), called at the end.
import * as chromium from './chromium.mjs'
import * as chromiumMessageChannel from './chromium-message-channel.mjs'
import * as few from './few.mjs'
import * as files from './files.mjs'
import * as linux from './linux.mjs'
import * as node from './node.mjs'
import * as recording from './recording.mjs'
import { rivals } from './rivals.mjs'

export const sides = {
  linux,
  ...rivals,
  'chromium-message-channel': chromiumMessageChannel,
  few,
  node,
  recording,
  chromium,
  files,
}
