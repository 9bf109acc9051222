// The code pane: CodeMirror with what a page of code needs, and nothing that takes the Tab key away from the keyboard user.

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { javascriptLanguage } from '@codemirror/lang-javascript'
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'

const TAB = 2

/** In the colours of the page, whichever theme it has. */
const LOOK = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--quiet)', backgroundColor: 'var(--sunken)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--tint) 45%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 30%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--part-2)' },
  '.tok-keyword, .tok-bool': { color: 'var(--code-keyword)' },
  '.tok-string, .tok-string2': { color: 'var(--code-string)' },
  '.tok-number, .tok-literal': { color: 'var(--code-number)' },
  '.tok-definition, .tok-propertyName': { color: 'var(--code-name)' },
  '.tok-comment': { color: 'var(--quiet)', fontStyle: 'italic' },
})

export interface EditorOptions {
  /** Is told of every change that the user makes. */
  readonly changed: () => void
  /** Ctrl+Enter, or Command+Enter. */
  readonly run: () => void
}

/** An editor for JavaScript. */
export class Editor {
  readonly #view: EditorView
  readonly #options: EditorOptions
  #setting = false

  /**
   * @param parent where it goes. The editor lies in a shadow tree: there it may bring its styles along under a content security
   * policy that allows no style elements.
   */
  constructor(parent: HTMLElement, options: EditorOptions) {
    this.#options = options
    const root = parent.attachShadow({ mode: 'open' })
    this.#view = new EditorView({ parent: root, root, state: this.#state('') })
  }

  #state(code: string): EditorState {
    const { run, changed } = this.#options
    return EditorState.create({
      doc: code,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        highlightActiveLine(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        javascriptLanguage,
        LOOK,
        syntaxHighlighting(classHighlighter),
        EditorState.tabSize.of(TAB),
        keymap.of([{ key: 'Mod-Enter', run: () => runs(run) }, ...defaultKeymap, ...historyKeymap]),
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        EditorView.contentAttributes.of({ 'aria-label': 'Code of the scene', spellcheck: 'false', tabindex: '0' }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged && !this.#setting) changed()
        }),
      ],
    })
  }

  get code(): string {
    return this.#view.state.doc.toString()
  }

  /** Shows another text; what was undone before is forgotten. */
  set code(code: string) {
    this.#setting = true
    this.#view.setState(this.#state(code))
    this.#setting = false
  }

  /** The first line that is no JavaScript, from 1; null if all of it is. A module that does not parse does not say where. */
  get brokenLine(): number | null {
    let at: number | null = null
    // The whole text: what the editor itself has parsed may end where it is shown.
    javascriptLanguage.parser.parse(this.code).iterate({
      enter: ({ type, from }) => {
        if (type.isError) at ??= from
      },
    })
    return at === null ? null : this.#view.state.doc.lineAt(at).number
  }

  /** Puts the cursor into a line, and shows it. */
  goTo(line: number): void {
    const { doc } = this.#view.state
    const { from } = doc.line(Math.min(Math.max(1, line), doc.lines))
    this.#view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
    this.#view.focus()
  }
}

/** As a key's command: it has been dealt with. */
function runs(act: () => void): true {
  act()
  return true
}

/**
 * Typing over a selection is done here: the browser would put the old text's colour into a style attribute, which the content
 * security policy forbids.
 */
function typeOver({ inputType, data, isComposing }: InputEvent, view: EditorView): boolean {
  if (inputType !== 'insertText' || data === null || isComposing || view.state.selection.main.empty) return false
  view.dispatch(view.state.replaceSelection(view.state.toText(data)), { userEvent: 'input.type', scrollIntoView: true })
  return true
}
