// The theme: light or dark as the system has it, or as the switch says; and its colours for what is drawn on canvases.

const KEY = 'kernel-connector-theme'
const THEMES = ['system', 'light', 'dark'] as const

export type Theme = (typeof THEMES)[number]

/** Colours as a canvas takes them. */
export interface Colours {
  readonly text: string
  readonly quiet: string
  readonly line: string
  readonly queued: string
  readonly handled: string
  readonly lost: string
  readonly late: string
}

const NAMES = ['text', 'quiet', 'line', 'queued', 'handled', 'lost', 'late'] as const

/** The theme that was chosen the last time. */
export function savedTheme(): Theme {
  const saved = read()
  return THEMES.find((theme) => theme === saved) ?? 'system'
}

/** Sets the theme, and remembers it where the browser lets us. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // A browser that keeps nothing: the theme lasts as long as the page.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

/** The colours of now: custom properties say light and dark at once, an element's colour says which. */
export function readColours(swatch: HTMLElement): Colours {
  const colours = NAMES.map((name) => {
    swatch.dataset.colour = name
    return [name, getComputedStyle(swatch).color]
  })
  return Object.fromEntries(colours) as unknown as Colours
}
