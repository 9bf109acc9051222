// The pane of messages: the latest ones up to the step that is shown, and the one that was chosen, in hex and in fields.

import { html, nothing, type TemplateResult } from 'lit-html'
import { LOST } from '../../shared/event-rows.js'
import type { EventLog, LoggedEvent } from '../event-log.js'
import { counted, destination, protocolName, resultText, seconds } from '../words.js'
import { datagramTemplate } from './datagram.js'

/** Rows of the table: who wants older ones goes back. */
const MOST_ROWS = 60
const MOST_VERDICTS = 3

export interface MessagesPane {
  readonly log: EventLog
  readonly step: number
  /** The place of the message that was chosen, or null. */
  readonly chosen: number | null
  choose(index: number): void
  /** Whether receives are listed too, and how to change it. */
  readonly receives: boolean
  toggle(): void
}

/** The places of the latest events of a log before `end`, the latest first. */
function latest(log: EventLog, end: number, receives: boolean): number[] {
  const places: number[] = []
  for (let index = end - 1; index >= 0 && places.length < MOST_ROWS; index--) {
    if (receives || log.isMessage(index)) places.push(index)
  }
  return places
}

export function messagesTemplate({ log, step, chosen, choose, receives, toggle }: MessagesPane): TemplateResult {
  const end = log.endOf(step)
  const places = latest(log, end, receives)
  const events = places.map((place) => log.get(place))
  const begin = places.length < MOST_ROWS ? 0 : (places.at(-1) as number)
  const shown = chosen === null || chosen >= end ? undefined : log.get(chosen)
  return html`
    <label class="option"><input type="checkbox" .checked=${receives} @change=${toggle}> Receives too</label>
    <div class="messages">
      <div class="table" tabindex="0" role="region" aria-label="Messages, the latest first">
        <table>
          <thead>
            <tr>
              <th scope="col">No.</th>
              <th scope="col">Time</th>
              <th scope="col">What</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Result</th>
              <th scope="col">What became of it</th>
            </tr>
          </thead>
          <tbody>
            ${events.map((event) => row(event, step, event.index === chosen, choose))}
          </tbody>
        </table>
        ${events.length === 0 ? html`<p class="empty">No message has been sent yet.</p>` : nothing}
        ${begin > 0 ? html`<p class="empty">${counted(begin, 'earlier event')}: go back to see them.</p>` : nothing}
      </div>
      <div class="chosen">
        ${shown === undefined ? html`<p class="empty">Choose a message to see its bytes.</p>` : datagramTemplate(shown)}
      </div>
    </div>
  `
}

function row(event: LoggedEvent, step: number, isChosen: boolean, choose: (index: number) => void): TemplateResult {
  const { index, kind, number, time, from, to, result, length, who, protocol } = event
  const isMessage = kind === 'message'
  const sender = from === 0 ? 'kernel' : isMessage ? `${who}` : `port ${from}`
  const label = isMessage ? `${length} B ${protocolName(protocol)}` : number === 0 ? 'error received' : 'received'
  return html`
    <tr class="${event.step === step ? 'now' : ''} ${isChosen ? 'is-chosen' : ''}">
      <td>
        ${
          isMessage
            ? html`<button type="button" class="link" aria-pressed=${isChosen} @click=${() => choose(index)}
                aria-label="Show message ${number}">${number}</button>`
            : number || '–'
        }
      </td>
      <td>${seconds(time)}</td>
      <td>${label}</td>
      <td>${number === 0 ? '–' : sender}</td>
      <td>${isMessage ? destination(to, from) : who}</td>
      <td class=${result < 0 ? 'bad' : ''}>${resultText(result)}</td>
      <td>${isMessage ? verdicts(event) : '–'}</td>
    </tr>
  `
}

function verdicts({ deliveries, result }: LoggedEvent): TemplateResult {
  if (deliveries.length === 0) return html`${result < 0 ? 'nobody is there' : 'reached nobody'}`
  const shown = deliveries.slice(0, MOST_VERDICTS)
  return html`${shown.map(
    ({ who, verdict }) =>
      html`<span class="badge ${LOST.includes(verdict) ? 'lost' : verdict}">${verdictText(verdict, who)}</span> `,
  )}${deliveries.length > shown.length ? `and ${deliveries.length - shown.length} more` : nothing}`
}

function verdictText(verdict: LoggedEvent['deliveries'][number]['verdict'], who: string): string {
  return who === '' ? verdict : `${verdict}: ${who}`
}
