// What a page of the bench runs for a rival: one file of rivals/, named with its parameters in the page's address.
import * as uapi from '../../dist/uapi.js'
import { settle } from './outcome.mjs'

const asked = new URLSearchParams(location.search)
settle(async () => {
  const { measure } = await import(`../rivals/${asked.get('file')}.mjs`)
  return measure({ uapi }, JSON.parse(asked.get('params')))
})
