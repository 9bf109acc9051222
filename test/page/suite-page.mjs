// What the page runs: the suite with what the server has, its report for whoever asks the page.
import { runSuite } from '/suite.js'

const fetched = async (name) => {
  const response = await fetch(name)
  if (!response.ok) throw new Error(`${name}: ${response.status}`)
  return response
}
const bytes = async (name) => new Uint8Array(await (await fetched(name)).arrayBuffer())

async function run() {
  const files = await (await fetched('/files.json')).json()
  const given = { files, journal: await bytes('/journal'), snapshot: await bytes('/snapshot') }
  return runSuite(given, globalThis.tell)
}

globalThis.report = run()
