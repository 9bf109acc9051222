// Tabs as the ARIA pattern has them: one is in the order of the Tab key, arrows go to the others.

/**
 * Makes a list of tabs work.
 *
 * @param changed is told the id of the pane that is shown
 */
export function makeTabs(list: HTMLElement, changed: (pane: string) => void): { show(pane: string): void } {
  const tabs = [...list.querySelectorAll<HTMLButtonElement>('[role=tab]')]
  const paneOf = (tab: HTMLElement) => tab.getAttribute('aria-controls') ?? ''

  const select = (chosen: HTMLButtonElement) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen
      tab.setAttribute('aria-selected', String(isChosen))
      tab.tabIndex = isChosen ? 0 : -1
      const pane = document.getElementById(paneOf(tab))
      if (pane !== null) pane.hidden = !isChosen
    }
    changed(paneOf(chosen))
  }

  const move = (key: string, from: number): HTMLButtonElement | undefined => {
    if (key === 'ArrowRight') return tabs[(from + 1) % tabs.length]
    if (key === 'ArrowLeft') return tabs[(from + tabs.length - 1) % tabs.length]
    if (key === 'Home') return tabs[0]
    return key === 'End' ? tabs.at(-1) : undefined
  }

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => select(tab))
    tab.addEventListener('keydown', (event) => {
      const to = move(event.key, index)
      if (to === undefined) return
      event.preventDefault()
      to.focus()
      select(to)
    })
  }
  return {
    show(pane) {
      const tab = tabs.find((one) => paneOf(one) === pane)
      if (tab !== undefined) select(tab)
    },
  }
}
