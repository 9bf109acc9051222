// The panes below the timeline: which one is shown, and what was chosen in it.

import { html, render } from 'lit-html'
import type { MachineView } from '../../shared/protocol.js'
import type { Colours } from '../colours.js'
import { box } from '../dom.js'
import type { Session } from '../session.js'
import { makeTabs } from '../tabs.js'
import { messagesTemplate } from './messages.js'
import { numbersOf, Plots } from './plots.js'
import { logTemplate, outputTemplate, procTemplate } from './texts.js'

/** What the panes show. */
export interface Shown {
  readonly session: Session
  readonly step: number
  /** The newest machine that is known, if there is one. */
  readonly view: MachineView | undefined
  readonly colours: Colours
}

export class Panes {
  readonly #section = document.querySelector('.panes') as HTMLElement
  readonly #tabs: ReturnType<typeof makeTabs>
  readonly #plots = new Plots(box('plots'))
  readonly #changed: () => void
  #pane = 'pane-messages'
  #procFile = '/proc/net/connector'
  /** The place of the message that was chosen. */
  #chosen: number | null = null
  #receives = true

  /** @param changed is called when the user has chosen something else to be shown */
  constructor(changed: () => void) {
    this.#changed = changed
    this.#tabs = makeTabs(box('tab-messages').parentElement as HTMLElement, (pane) => {
      this.#pane = pane
      changed()
    })
  }

  /** Another run: nothing is chosen. */
  clear(): void {
    this.#chosen = null
  }

  /** Shows one message. */
  showMessage(index: number): void {
    this.#chosen = index
    this.#tabs.show('pane-messages')
    this.#section.scrollIntoView({ block: 'nearest' })
  }

  /** Whether they show what was: screen readers wait until they do not. */
  set stale(stale: boolean) {
    this.#section.setAttribute('aria-busy', String(stale))
  }

  /** Draws the one that is shown. */
  draw(shown: Shown): void {
    if (this.#pane === 'pane-stats') this.#drawStatistics(shown)
    else render(this.#template(shown), box(this.#pane))
  }

  #template({ session, step, view }: Shown) {
    const { events, steps } = session
    switch (this.#pane) {
      case 'pane-messages':
        return messagesTemplate({ log: events, step, chosen: this.#chosen, receives: this.#receives, ...this.#choices })
      case 'pane-output':
        return outputTemplate(steps, step)
      case 'pane-log':
        return view === undefined ? html`` : logTemplate(view)
      default:
        return view === undefined ? html`` : procTemplate(view, this.#procFile, this.#choices.chooseFile)
    }
  }

  readonly #choices = {
    choose: (index: number) => {
      this.#chosen = index
      this.#changed()
    },
    toggle: () => {
      this.#receives = !this.#receives
      this.#changed()
    },
    chooseFile: (file: string) => {
      this.#procFile = file
      this.#changed()
    },
  }

  #drawStatistics({ session, step, view, colours }: Shown): void {
    this.#plots.draw(session.steps, step, colours)
    const record = session.steps[step]
    if (record === undefined) return
    const digest = view?.step === step ? view.stateHash : ''
    const rows = [...numbersOf(record), ['digest of the state', digest] as const]
    render(
      html`<table>
        <caption>At step ${step}</caption>
        <tbody>
          ${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}
        </tbody>
      </table>`,
      box('numbers'),
    )
  }
}
