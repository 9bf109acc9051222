// Profiles and GFP masks are exports of both entries, and the same things.

import { expect, it } from 'vitest'
import * as main from '../../src/index.js'
import * as uapi from '../../src/uapi/index.js'

it.each(['LINUX_6', 'LINUX_2_6_14', 'GFP_KERNEL', 'GFP_ATOMIC', 'GFP_NOWAIT'] as const)('%s', (name) => {
  expect(uapi[name]).toBeDefined()
  expect(main[name]).toBe(uapi[name])
})
