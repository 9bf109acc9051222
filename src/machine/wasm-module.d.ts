// Runtimes that forbid to compile give a module for a .wasm file that is imported; some want to be asked for it by ?module.
declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
