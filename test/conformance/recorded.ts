// The recorded scenarios of this folder, for the tests that play them.

import { fileURLToPath } from 'node:url'
import { readScenarioFiles, type ScenarioFile } from '../../src/cli/replay/files.js'

export const DATA = fileURLToPath(new URL('data', import.meta.url))

export function recordedFiles(): readonly ScenarioFile[] {
  return readScenarioFiles([DATA])
}
