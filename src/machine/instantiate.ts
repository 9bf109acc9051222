// A kernel's instance: its compiled module, its memory, its one import.

import { instantiateSync } from '@assemblyscript/loader'
import bytes from '../../build/release.wasm'
import type { Abi } from './abi.generated.js'

const PAGE = 65536

let compiled: WebAssembly.Module | undefined

/** Bytes, a Response, a promise of either, or nothing: the embedded kernel. */
export type KernelSource = BufferSource | Response | Promise<BufferSource | Response>

/**
 * Compiles a kernel without blocking: for hosts that want it streamed, or compiled once for many workers.
 * @throws WebAssembly.CompileError if the bytes are no kernel
 * @example const module = await compile(); const kernel = boot({ module })
 */
export async function compile(source?: KernelSource): Promise<WebAssembly.Module> {
  const given = (await source) ?? bytes
  if (typeof Response !== 'undefined' && given instanceof Response) return WebAssembly.compileStreaming(given)
  return WebAssembly.compile(given as BufferSource)
}

function embedded(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(bytes)
  return compiled
}

/** An instance with `size` bytes of memory; `callback` is what the kernel calls. */
export function instantiate(
  module: WebAssembly.Module | undefined,
  size: number,
  callback: (kindSlot: number, a: number, b: number) => number,
): { abi: Abi; memory: WebAssembly.Memory } {
  const pages = Math.ceil(size / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const env = { memory, callback }
  const { instance } = instantiateSync(module ?? embedded(), { env })
  return { abi: instance.exports as unknown as Abi, memory }
}
