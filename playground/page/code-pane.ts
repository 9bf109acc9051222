// The code pane. The editor is most of what the page loads: it comes when the machine is there already.

import type { Editor, EditorOptions } from './editor.js'

export class CodePane {
  #code = ''
  #editor: Editor | undefined

  /** @param failed is told if the editor cannot be loaded; the code runs all the same */
  constructor(parent: HTMLElement, options: EditorOptions, failed: () => void) {
    import('./editor.js').then((loaded) => {
      this.#editor = new loaded.Editor(parent, options)
      this.#editor.code = this.#code
    }, failed)
  }

  get code(): string {
    return this.#editor?.code ?? this.#code
  }

  /** Shows another text. */
  set code(code: string) {
    this.#code = code
    if (this.#editor !== undefined) this.#editor.code = code
  }

  /** The first line that is no JavaScript, from 1; null if all of it is. */
  get brokenLine(): number | null {
    return this.#editor?.brokenLine ?? null
  }

  /** Puts the cursor into a line, and shows it. */
  goTo(line: number): void {
    this.#editor?.goTo(line)
  }
}
