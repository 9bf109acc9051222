// What is already built: a content hash of the inputs of each part, kept in build/stamp.json.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Every file under the given files and folders of root, sorted, as paths with forward slashes. */
export function listFiles(root, entries) {
  const found = []
  for (const entry of entries) {
    const path = join(root, entry)
    if (!existsSync(path)) continue
    if (statSync(path).isFile()) found.push(entry)
    else found.push(...readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((at) => fileBelow(root, at)))
  }
  return found.sort()
}

function fileBelow(root, at) {
  if (!at.isFile()) return []
  const path = join(at.parentPath ?? at.path, at.name)
  return [path.slice(root.length).split(sep).join('/').replace(/^\//, '')]
}

/** One hash over the names and contents of these files. */
export function hashFiles(root, files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const content = readFileSync(join(root, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

const stampFile = (root) => join(root, 'build/stamp.json')

/** The hashes of the last build that succeeded, by part. */
export function readStamp(root) {
  try {
    return JSON.parse(readFileSync(stampFile(root), 'utf8'))
  } catch {
    return {}
  }
}

/** Remembers that a part was built from inputs with this hash. */
export function writeStamp(root, part, hash) {
  writeFileSync(stampFile(root), `${JSON.stringify({ ...readStamp(root), [part]: hash }, null, 2)}\n`)
}

/** Runs the work while no other build of this tree runs; waits for one that does. */
export async function withLock(root, work) {
  const lock = join(root, 'build/lock')
  mkdirSync(join(root, 'build'), { recursive: true })
  while (!takeLock(lock)) await new Promise((resolve) => setTimeout(resolve, 50))
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (ownerIsGone(lock)) rmSync(lock, { force: true })
    return false
  }
}

// A lock without a number in it was only just made, unless it is older than that takes.
function ownerIsGone(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    if (!pid) return Date.now() - statSync(lock).mtimeMs > 2000
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
