// What scripts/playground-build.mjs makes from other files.

declare module 'playground:scenes' {
  export interface ReadyScene {
    /** As in links. */
    readonly name: string
    readonly title: string
    readonly about: string
    readonly code: string
  }
  export const SCENES: readonly [ReadyScene, ...ReadyScene[]]
}

declare module 'playground:modules' {
  /** Where the modules of the package lie, from the page, by the names that code imports them under. */
  export const MODULES: Readonly<Record<string, string>>
}
