// The version of the package, as journals tell it. A test compares it with package.json.

export const PACKAGE_VERSION: readonly [major: number, minor: number, patch: number] = [0, 1, 0]
