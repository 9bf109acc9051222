// A thread of Node that imports the suite's script, does one thing of it, and answers.
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

const { file, request } = workerData
const [name, ...args] = request

try {
  const suite = await import(pathToFileURL(file).href)
  const result = await suite[name](...args, (told) => parentPort.postMessage({ told }))
  parentPort.postMessage({ result })
} catch (error) {
  parentPort.postMessage({ error })
}
