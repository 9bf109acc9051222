// The package in a page: for each run a fresh Chromium with a fresh profile.
import { existsSync } from 'node:fs'
import { executable, openBrowser } from '../page/browser.mjs'
import { bundle } from '../page/bundle.mjs'
import { serve } from '../page/server.mjs'
import { prepare as lookForPackage } from './node.mjs'
import { LONGEST } from './process.mjs'

export const title = 'Chromium'

// A program that is measured as its author would ship it; the others are imported as they are.
const FIRST = '/first.js'
let prepared
let server
let version

/** Which Chromium it is, once it has been prepared. */
export const describe = () => version

/** Once, for all that run in a page. */
export function prepare() {
  prepared ??= start()
  return prepared
}

async function start() {
  if (!existsSync(executable)) {
    return { unavailable: `there is no Chromium at ${executable}; $CHROMIUM may say where there is one` }
  }
  const missing = await lookForPackage()
  if (missing) return missing
  try {
    const browser = await openBrowser()
    version = browser.version
    await browser.close()
    server = await serve(new Map([[FIRST, await bundle('first.mjs')]]))
  } catch (error) {
    return { failed: firstLine(error) }
  }
}

export async function close() {
  prepared = undefined
  await server?.close()
  server = undefined
}

export const run = ({ file, bundled, params }) => runPage(bundled ? FIRST : '/bench/page/page.mjs', { file, params })

/** What a page tells that runs this script. */
export async function runPage(script, { file, params }) {
  let browser
  try {
    browser = await openBrowser()
    const asked = new URLSearchParams({ script, file, params: JSON.stringify(params) })
    return await inTime(outcomeOf(browser.page, `${server.origin}/?${asked}`))
  } catch (error) {
    return { failed: firstLine(error) }
  } finally {
    await browser?.close()
  }
}

async function outcomeOf(page, address) {
  const thrown = []
  page.on('pageerror', (error) => thrown.push(firstLine(error)))
  await page.goto(address, { timeout: LONGEST })
  const outcome = await page.evaluate(() => globalThis.outcome)
  return outcome ?? { failed: thrown[0] ?? 'the page did not run its script' }
}

/** The promise's value, or an error once no measurement can still be at work. */
async function inTime(promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${LONGEST / 1000} s`)), LONGEST)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

const firstLine = (error) => error.message.trim().split('\n')[0]
