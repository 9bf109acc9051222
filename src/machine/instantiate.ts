// A kernel's instance: its compiled module, its memory, its one import.

import { instantiateSync } from '@assemblyscript/loader'
import type { Abi } from './abi.generated.js'
import type { DebugHost } from './debug-host.js'
import { memberOf } from './door.js'
import { refusal } from './refusal.js'

const PAGE = 65536

/** What boots if nobody brings a module: the bytes of the kernel, or what has been made of them. Entries without bytes have none. */
let provided: Uint8Array<ArrayBuffer> | WebAssembly.Module | undefined

/** A compiled kernel, its bytes, where they come from (a Response, a URL), or a promise of one of these. */
export type KernelSource = KernelCode | Promise<KernelCode>
type KernelCode = WebAssembly.Module | BufferSource | Response | URL | string

/** Says which kernel boots if nobody brings another: its bytes, compiled when they are needed, or a module. */
export function provideKernel(kernel: Uint8Array<ArrayBuffer> | WebAssembly.Module): void {
  provided = kernel
}

/** See compile() of the package; without a source it is what boots if nobody brings a module. @throws TypeError if that is nothing */
export async function compile(source?: KernelSource): Promise<WebAssembly.Module> {
  // What is nothing at all is refused below.
  const given = ((await source) ?? provided) as KernelCode
  const code = typeof given === 'string' || given instanceof URL ? await fetch(given) : given
  try {
    return await compileCode(code)
  } catch (error) {
    throw refusal(error) ?? error
  }
}

async function compileCode(code: Exclude<KernelCode, URL | string>): Promise<WebAssembly.Module> {
  if (isResponse(code)) return compileResponse(code)
  return isModule(code) ? code : WebAssembly.compile(code as BufferSource)
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`the kernel could not be fetched: ${response.url} answered ${response.status}`)
  // Only what a server calls by its right name may be streamed; the kernel is small enough to do without.
  if (response.headers.get('content-type') === 'application/wasm') return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

// By what they say they are: a module or a response may come from another realm.
const kindOf = (value: unknown) => Object.prototype.toString.call(value)
const isModule = (value: unknown): value is WebAssembly.Module => kindOf(value) === '[object WebAssembly.Module]'
const isResponse = (value: unknown): value is Response => kindOf(value) === '[object Response]'

/** @throws TypeError for what is no module, of this realm or another */
export function asModule(value: unknown): WebAssembly.Module {
  if (!isModule(value)) throw new TypeError('options.module must be a module: see compile()')
  return value
}

/** The module that boots if nobody brings another, undefined if there is none. @throws WebAssembly.CompileError, with what to do */
export function standardKernel(): WebAssembly.Module | undefined {
  if (provided instanceof Uint8Array) provided = compileNow(provided)
  return provided
}

/** Compiles a kernel at once. @throws WebAssembly.CompileError, with what to do where the page or the host forbids to compile */
export function compileNow(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes)
  } catch (error) {
    throw refusal(error) ?? error
  }
}

/** Memory of at least `size` bytes, which never grows. */
export function makeMemory(size: number): WebAssembly.Memory {
  const pages = Math.ceil(size / PAGE)
  return new WebAssembly.Memory({ initial: pages, maximum: pages })
}

/** The calls of an instance in a memory; `callback` is what the kernel calls, `debug` what one of the debug build has besides. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  callback: (kindSlot: number, a: number, b: number) => number,
  debug: DebugHost | null,
): Abi {
  const abort = debug?.abort.bind(debug, new Uint8Array(memory.buffer))
  const env = abort === undefined ? { memory, callback } : { memory, callback, abort }
  const { instance } = instantiateSync(module, { env })
  const exports = debug?.byOpcode(instance.exports) ?? instance.exports
  return Object.fromEntries(Object.entries(exports).map(([key, value]) => [memberOf(key), value])) as unknown as Abi
}
