// Adds up vitest's JSON reports: node scripts/count-tests.mjs REPORT... prints "N passed, N failed".
// A file that failed before any of its tests ran counts as one failure, and so does a report that was never written.
import { existsSync, readFileSync } from 'node:fs'

function count(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  return { passed: report.numPassedTests, failed: failed || (report.success ? 0 : 1) }
}

const counts = process.argv.slice(2).map(count)
const sum = (key) => counts.reduce((total, one) => total + one[key], 0)
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`)
