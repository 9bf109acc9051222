// The page: one run at a time, a place on its timeline, and everything that shows it. Whatever changes marks a part as stale; one
// frame later that part is drawn, and nothing else.

import { type ReadyScene, SCENES } from 'playground:scenes'
import { sameKnobs } from '../shared/knobs.js'
import type { MachineView } from '../shared/protocol.js'
import { CodePane } from './code-pane.js'
import { type Colours, readColours, savedTheme, setTheme, type Theme } from './colours.js'
import { box, button, element, fillSelect, input, select, setText } from './dom.js'
import { drawFailure } from './failure.js'
import { isCapture, save } from './files.js'
import { KnobFields } from './knob-fields.js'
import { formatLink, parseLink } from './link.js'
import { Panes } from './panes/panes.js'
import { Playback, SPEEDS } from './playback.js'
import { Session, type Source } from './session.js'
import { StageView } from './stage-view.js'
import { Timeline } from './timeline.js'
import { Transport } from './transport.js'
import { counted } from './words.js'

const CAPTURE_SCENE = 'opened-capture'
/** Milliseconds of real time between two drawings of a pane, and two changes of the address. */
const PANE_MS = 120
const ADDRESS_MS = 500
/** After so long without a word from the code it may be stopped; how often that is looked at. */
const SILENCE_MS = 1500
const LOOK_MS = 500

export class App {
  readonly #knobs: KnobFields
  readonly #editor: CodePane
  readonly #stage: StageView
  readonly #panes = new Panes(() => this.#redrawPanes())
  readonly #transport = new Transport()
  readonly #timeline = new Timeline(element('bars', HTMLCanvasElement))
  #scene: ReadyScene = SCENES[0]
  #file: Uint8Array | null = null
  /** Whether a journal is shown instead of a scene. */
  #journal = false
  #session: Session
  #playback: Playback
  #colours: Colours
  #view: MachineView | undefined
  #stale = true
  #frame = 0
  #lastFrame = 0
  #panesAt = 0
  #panesStale = true
  #addressTimer = 0

  constructor() {
    setTheme(savedTheme())
    select('theme').value = savedTheme()
    this.#colours = readColours(box('swatch'))
    this.#stage = new StageView((number) => this.#showMessage(number))
    const options = { changed: () => this.#showEdited(true), run: () => this.#runCode() }
    this.#editor = new CodePane(box('editor'), options, () => this.#note('The editor could not be loaded.'))
    this.#knobs = new KnobFields(() => this.#runAgain())
    fillSelect(
      select('scene'),
      SCENES.map(({ name, title }) => [name, title]),
    )
    fillSelect(
      select('speed'),
      SPEEDS.map((speed) => [String(speed), String(speed)]),
    )
    select('speed').value = '2'
    this.#listen()
    const { scene, knobs, step } = parseLink(
      location.hash,
      SCENES.map(({ name }) => name),
    )
    this.#knobs.knobs = knobs
    this.#session = this.#begin(scene)
    this.#playback = new Playback(this.#session)
    this.#playback.goTo(step)
  }

  // ---- runs

  /** Shows a ready scene, and makes its run. */
  #begin(name: string): Session {
    this.#scene = SCENES.find((scene) => scene.name === name) ?? SCENES[0]
    this.#journal = false
    select('scene').value = this.#scene.name
    setText(box('about'), this.#scene.about)
    this.#editor.code = this.#scene.code
    this.#showEdited(false)
    return this.#makeSession()
  }

  #makeSession(journal?: Uint8Array): Session {
    const source: Source =
      journal === undefined
        ? { kind: 'scene', code: this.#editor.code, knobs: this.#knobs.knobs, file: this.#file }
        : { kind: 'journal', journal }
    this.#panes.clear()
    this.#view = undefined
    setText(box('notice'), '')
    return new Session(
      source,
      () => this.#invalidate(),
      (why) => this.#note(why),
    )
  }

  #replace(session: Session): void {
    this.#session.stop()
    this.#session = session
    this.#playback.attach(session)
    this.#stage.clear()
    this.#redrawPanes()
  }

  #showScene(name: string): void {
    this.#replace(this.#begin(name))
  }

  /** The code as it stands in the editor, from the beginning, and off it goes. */
  #runCode(): void {
    this.#journal = false
    this.#replace(this.#makeSession())
    this.#playback.play()
    this.#invalidate()
  }

  /** The same with other knobs, up to the step that is shown. */
  #runAgain(): void {
    if (this.#journal) {
      this.#note('A journal has its knobs in it: they cannot be turned any more.')
      return
    }
    const step = this.#playback.cursor
    this.#replace(this.#makeSession())
    this.#playback.goTo(step)
  }

  #showEdited(edited: boolean): void {
    box('edited').hidden = !edited
    button('restore').hidden = !edited
  }

  // ---- what the user does

  #listen(): void {
    const on = (id: string, act: () => void) =>
      button(id).addEventListener('click', () => {
        act()
        this.#invalidate()
      })
    on('run', () => this.#runCode())
    on('restore', () => this.#showScene(this.#scene.name))
    on('first', () => this.#jump(0))
    on('back', () => this.#playback.step(-1))
    on('forward', () => this.#playback.step(1))
    on('end', () => this.#playback.toEnd())
    on('play', () => this.#togglePlay())
    on('stop', () => this.#stop())
    on('open', () => input('file').click())
    on('save-journal', () => void this.#save('journal'))
    on('save-capture', () => void this.#save('pcapng'))
    on('link', () => void this.#copyLink())
    select('scene').addEventListener('change', () => this.#showScene(select('scene').value))
    select('speed').addEventListener('change', () => {
      this.#playback.speed = Number(select('speed').value)
    })
    select('theme').addEventListener('change', () => this.#setTheme(select('theme').value as Theme))
    input('file').addEventListener('change', () => void this.#open())
    input('position').addEventListener('input', () => this.#jump(Number(input('position').value)))
    box('failure').addEventListener('click', (event) => this.#goToLine(event))
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#themeChanged())
    addEventListener('hashchange', () => this.#followLink())
    addEventListener('resize', () => this.#resized())
    new ResizeObserver(() => this.#resized()).observe(box('stage'))
    setInterval(() => {
      button('stop').hidden = this.#session.silence < SILENCE_MS
    }, LOOK_MS)
  }

  #togglePlay(): void {
    if (this.#playback.moving) this.#playback.pause()
    else this.#playback.play()
  }

  #stop(): void {
    this.#playback.pause()
    this.#session.stop()
    button('stop').hidden = true
  }

  #jump(step: number): void {
    this.#playback.playing = false
    this.#playback.goTo(step)
    this.#invalidate()
  }

  #resized(): void {
    this.#stage.measure()
    this.#invalidate()
  }

  #setTheme(theme: Theme): void {
    setTheme(theme)
    this.#themeChanged()
  }

  #themeChanged(): void {
    this.#colours = readColours(box('swatch'))
    this.#resized()
  }

  #showMessage(number: number): void {
    const index = this.#session.events.placeOf(number)
    if (index !== undefined) this.#panes.showMessage(index)
  }

  #goToLine(event: Event): void {
    const line = event.target instanceof HTMLElement ? Number(event.target.dataset.line) : Number.NaN
    if (line > 0) this.#editor.goTo(line)
  }

  // ---- links and files

  get #link(): string {
    const { name } = this.#scene
    return `#${formatLink({ scene: name, knobs: this.#knobs.knobs, step: this.#playback.cursor })}`
  }

  async #copyLink(): Promise<void> {
    this.#writeAddress()
    const edited = box('edited').hidden ? '' : ' It has the scene as it was, not what you have edited.'
    try {
      await navigator.clipboard.writeText(location.href)
      this.#note(`The link is copied.${edited}`)
    } catch {
      this.#note(`The link is in the address bar.${edited}`)
    }
  }

  #writeAddress(): void {
    clearTimeout(this.#addressTimer)
    this.#addressTimer = 0
    // An opened file is nowhere but here.
    if (!this.#journal && this.#file === null && location.hash !== this.#link)
      history.replaceState(null, '', this.#link)
  }

  /** The user has changed the address. */
  #followLink(): void {
    if (location.hash === this.#link) return
    const { scene, knobs, step } = parseLink(
      location.hash,
      SCENES.map(({ name }) => name),
    )
    const same = scene === this.#scene.name && sameKnobs(knobs, this.#knobs.knobs) && box('edited').hidden
    this.#knobs.knobs = knobs
    this.#file = null
    if (!same || this.#journal) this.#showScene(scene)
    this.#jump(step)
  }

  async #save(what: 'journal' | 'pcapng'): Promise<void> {
    const name = this.#journal ? 'journal' : this.#scene.name
    try {
      const bytes = await this.#session.export(what)
      const file = what === 'journal' ? `${name}.kcj` : `${name}.pcapng`
      save(file, bytes)
      this.#note(`${file}: ${counted(bytes.length, 'byte')} are saved.`)
    } catch (error) {
      this.#note(`It cannot be saved: ${(error as Error).message}`)
    }
  }

  async #open(): Promise<void> {
    const [file] = input('file').files ?? []
    if (file === undefined) return
    const bytes = new Uint8Array(await file.arrayBuffer())
    input('file').value = ''
    this.#openBytes(file.name, bytes)
  }

  #openBytes(name: string, bytes: Uint8Array): void {
    if (isCapture(bytes)) {
      this.#file = bytes
      this.#showScene(CAPTURE_SCENE)
      this.#playback.goTo(1)
    } else {
      this.#journal = true
      this.#replace(this.#makeSession(bytes))
      this.#playback.toEnd()
    }
    this.#note(`${name} is open.`)
  }

  #note(text: string): void {
    setText(box('notice'), text)
    this.#invalidate()
  }

  // ---- drawing

  #invalidate(): void {
    this.#stale = true
    this.#markPanes(true)
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now))
  }

  #draw(now: number): void {
    const passed = now - this.#lastFrame
    this.#lastFrame = now
    this.#frame = 0
    const { cursor, moving } = this.#playback
    this.#playback.tick(passed)
    if (this.#stale || this.#playback.cursor !== cursor || this.#playback.moving !== moving) this.#drawStep(now)
    this.#stale = false
    if (this.#panesStale && now - this.#panesAt > PANE_MS) this.#drawPanes(now)
    const moves = this.#stage.draw(now, this.#colours)
    if (moves || this.#playback.moving || this.#panesStale) {
      this.#frame = requestAnimationFrame((next) => this.#draw(next))
    }
  }

  #drawStep(now: number): void {
    const { cursor, cameFrom } = this.#playback
    const session = this.#session
    const view = session.viewAt(cursor)
    if (view !== undefined) this.#view = view
    if (this.#view !== undefined) this.#stage.show(this.#view)
    if (view !== undefined) this.#stage.travel(session.events, view, cameFrom, now, this.#playback.speed)
    this.#markPanes(true)
    this.#timeline.draw(session, cursor, this.#colours)
    this.#transport.draw(session, this.#playback, now)
    drawFailure(session, () => this.#editor.brokenLine)
    if (this.#addressTimer === 0) this.#addressTimer = window.setTimeout(() => this.#writeAddress(), ADDRESS_MS)
  }

  /** The user has chosen something: panes are not held back. */
  #redrawPanes(): void {
    this.#panesAt = 0
    this.#invalidate()
  }

  #drawPanes(now: number): void {
    this.#panesAt = now
    const { cursor } = this.#playback
    this.#panes.draw({ session: this.#session, step: cursor, view: this.#view, colours: this.#colours })
    this.#markPanes(false)
  }

  #markPanes(stale: boolean): void {
    this.#panesStale = stale
    this.#panes.stale = stale
  }
}
