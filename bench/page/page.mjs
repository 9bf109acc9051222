// What a page of the bench runs: one file of ours/ with the package, both as Node imports them. Bundled, a namespace that is
// handed on would become an object of a thousand getters, and be slower than in Node. File and parameters come in the
// page's address; `outcome` is what the side takes from here.
import * as connector from '../../dist/index.js'
import * as uapi from '../../dist/uapi.js'
import { settle } from './outcome.mjs'

const asked = new URLSearchParams(location.search)
settle(async () => {
  const { measure } = await import(`../ours/${asked.get('file')}.mjs`)
  return measure({ ...connector, uapi }, JSON.parse(asked.get('params')))
})
