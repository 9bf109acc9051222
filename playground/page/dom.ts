// Elements of the page by their ids.

/** @throws Error if the page has no such element, or one of another kind */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`)
  return found
}

export const button = (id: string) => element(id, HTMLButtonElement)
export const select = (id: string) => element(id, HTMLSelectElement)
export const input = (id: string) => element(id, HTMLInputElement)
export const box = (id: string) => element(id, HTMLElement)

/** Sets a text only if it is another one: screen readers speak what changes. */
export function setText(into: HTMLElement, text: string): void {
  if (into.textContent !== text) into.textContent = text
}

/** Fills a list of choices: values and their texts. */
export function fillSelect(into: HTMLSelectElement, choices: readonly (readonly [string, string])[]): void {
  into.replaceChildren(...choices.map(([value, text]) => new Option(text, value)))
}
