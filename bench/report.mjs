// The picture of a run that `npm run bench -- --json FILE` has written:
//   node bench/report.mjs FILE [SVG]
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { drawPicture } from './report/picture.mjs'

const [file, svg = fileURLToPath(new URL('report.svg', import.meta.url))] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('usage: node bench/report.mjs FILE [SVG]\n')
  process.exitCode = 2
} else {
  writeFileSync(svg, drawPicture(JSON.parse(readFileSync(file, 'utf8'))))
}
