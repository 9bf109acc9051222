// A .wasm file is imported as its bytes: esbuild embeds them, the tests read them from build/ (vitest.config.ts).
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>
  export default bytes
}
