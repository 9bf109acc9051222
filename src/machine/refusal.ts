// Why a page or a host will not compile Wasm, in words that say what to do about it.

/** What Chromium, Firefox and Safari say when a policy forbids it. */
const BY_POLICY = /content.security.policy|\bCSP\b|unsafe-eval/i
/** What V8 says where whoever embeds it forbids it: workers at the edge. */
const BY_HOST = /disallowed by embedder/i

const POLICY =
  "this page's Content-Security-Policy forbids WebAssembly: its script-src directive must have 'wasm-unsafe-eval'"
const HOST =
  'this host forbids compiling WebAssembly at run time: bundle with its export condition (workerd, edge-light), or boot with a ' +
  'module that the host has compiled (kernel-connector/slim and kernel-connector/kernel.wasm)'

/** The error to throw in place of one that a compiler threw, or undefined if that was about something else. */
export function refusal(error: unknown): WebAssembly.CompileError | undefined {
  const text = error instanceof Error ? error.message : ''
  const why = BY_HOST.test(text) ? HOST : BY_POLICY.test(text) ? POLICY : undefined
  if (why === undefined) return undefined
  return Object.assign(new WebAssembly.CompileError(why), { cause: error })
}
