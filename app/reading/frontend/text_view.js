// The text being read: shows passages in one column and reports, with times, how much of each
// stood in the reading band, the part of the view that is not dimmed.
//
// Reports are items with numbers that only grow. They are kept and sent again until the app says
// up to which number it has them, so none is lost and none counts twice.

const SEND_EVERY_MS = 2000
const MEASURE_EVERY_MS = 1000
const SCROLL_SETTLES_MS = 100
// Streamlit 1.67 loses the press of a button that falls into the same moment as a report.
const PRESS_MS = 500
const SAME_SHARE = 0.005
// Of the view's height: where the band starts, and how much of it it takes.
const BAND_TOP = 0.2
const BAND_HEIGHT = 0.42

const views = new WeakMap()

export default function (component) {
  const { parentElement } = component
  let view = views.get(parentElement)
  if (!view) {
    view = new TextView(parentElement)
    views.set(parentElement, view)
  }
  view.update(component)
  return () => view.close()
}

const seconds = () => (performance.timeOrigin + performance.now()) / 1000

class TextView {
  constructor(parent) {
    this.root = parent.querySelector(".reader")
    this.scroller = this.root.querySelector(".scroller")
    this.article = this.root.querySelector("article")
    this.line = this.root.querySelector(".line > span")
    this.words = this.root.querySelector(".words")
    this.stream = Math.random().toString(36).slice(2)
    this.number = 0
    this.items = []
    this.shares = new Map()
    this.since = seconds()
    this.pressed = 0
    this.near = new Set()
    this.shown = ""
    this.running = false
    for (const button of this.root.querySelectorAll("button[data-act]"))
      button.onclick = () => this.act(button.dataset.act)
  }

  update({ data, setStateValue }) {
    this.setStateValue = setStateValue
    this.data = data
    const { size, width, theme } = data.look
    this.root.style.setProperty("--size", `${size}px`)
    this.root.style.setProperty("--measure", `${width}em`)
    this.root.dataset.theme = theme
    if (data.acked.stream === this.stream)
      this.items = this.items.filter((item) => item.n > data.acked.number)
    const key = `${data.text_key}/${data.part}/${data.jump}`
    if (!this.running) this.open()
    if (this.shown !== key) {
      this.shown = key
      this.fill()
    }
    this.showMarks()
    this.measure()
  }

  open() {
    this.running = true
    this.onScroll = () => {
      clearTimeout(this.settling)
      this.settling = setTimeout(() => this.measure(), SCROLL_SETTLES_MS)
      if (seconds() - this.since > SCROLL_SETTLES_MS / 1000) this.measure()
    }
    this.onHidden = () => {
      this.measure()
      if (document.visibilityState === "hidden") this.send()
    }
    this.onKey = (event) => this.key(event)
    this.onPress = () => (this.pressed = performance.now())
    this.scroller.addEventListener("scroll", this.onScroll, { passive: true })
    document.addEventListener("visibilitychange", this.onHidden)
    document.addEventListener("keydown", this.onKey)
    document.addEventListener("pointerdown", this.onPress, true)
    document.addEventListener("keydown", this.onPress, true)
    this.measuring = setInterval(() => this.measure(), MEASURE_EVERY_MS)
    this.sending = setInterval(() => {
      if (performance.now() - this.pressed > PRESS_MS) this.send()
    }, SEND_EVERY_MS)
    this.resizing = new ResizeObserver(() => this.observe())
    this.resizing.observe(this.scroller)
  }

  close() {
    this.measure()
    this.running = false
    this.scroller.removeEventListener("scroll", this.onScroll)
    document.removeEventListener("visibilitychange", this.onHidden)
    document.removeEventListener("keydown", this.onKey)
    document.removeEventListener("pointerdown", this.onPress, true)
    document.removeEventListener("keydown", this.onPress, true)
    clearInterval(this.measuring)
    clearInterval(this.sending)
    clearTimeout(this.settling)
    this.resizing?.disconnect()
    this.observer?.disconnect()
    this.observer = undefined
  }

  // The text. Everything goes in as text, never as markup.

  fill() {
    this.record(new Map())
    this.article.lang = this.data.language
    this.article.replaceChildren(...this.data.passages.map((passage) => this.section(passage)))
    const { part, parts } = this.data
    this.root.querySelector("[data-act=back]").hidden = part === 0
    this.root.querySelector("[data-act=on]").hidden = part === parts - 1
    this.root.querySelector(".end").hidden = part !== parts - 1
    const start = this.data.start && this.element(this.data.start)
    this.scroller.scrollTop = 0
    if (start) this.goTo(start, "instant")
    this.near.clear()
    this.observe()
  }

  section({ id, headings, text, direction }) {
    const section = document.createElement("section")
    section.id = section.dataset.passage = id
    section.dir = direction
    for (const { level, text: words } of headings) {
      const heading = document.createElement(`h${Math.min(6, level + 1)}`)
      heading.textContent = words
      heading.dir = "auto"
      section.append(heading)
    }
    for (const words of text.split(/\n\s*\n/)) {
      const paragraph = document.createElement("p")
      paragraph.textContent = words
      paragraph.dir = "auto"
      section.append(paragraph)
    }
    return section
  }

  showMarks() {
    for (const section of this.article.children)
      section.classList.toggle("marked", this.data.marked.includes(section.dataset.passage))
  }

  element(id) {
    return [...this.article.children].find((section) => section.dataset.passage === id)
  }

  // What is visible.

  band() {
    const { top, height } = this.scroller.getBoundingClientRect()
    return { top: top + BAND_TOP * height, height: BAND_HEIGHT * height }
  }

  observe() {
    this.observer?.disconnect()
    const height = this.scroller.clientHeight
    const above = Math.round(BAND_TOP * height)
    const below = Math.round((1 - BAND_TOP - BAND_HEIGHT) * height)
    this.article.style.paddingTop = `${above}px`
    this.article.style.paddingBottom = `${below}px`
    this.observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries)
          this.near[isIntersecting ? "add" : "delete"](target)
        this.measure()
      },
      {
        root: this.scroller,
        rootMargin: `-${above}px 0px -${below}px 0px`,
        threshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
      },
    )
    for (const section of this.article.children) this.observer.observe(section)
  }

  measure() {
    const shares = new Map()
    if (document.visibilityState === "visible" && this.scroller.isConnected && this.running) {
      const band = this.band()
      for (const section of this.near) {
        const { top, bottom, height } = section.getBoundingClientRect()
        const overlap = Math.min(bottom, band.top + band.height) - Math.max(top, band.top)
        if (overlap > 0) {
          const share = Math.min(1, overlap / Math.min(height, band.height))
          shares.set(section.dataset.passage, share)
        }
      }
    }
    const same =
      shares.size === this.shares.size &&
      [...shares].every(([id, share]) => Math.abs(share - (this.shares.get(id) ?? -1)) < SAME_SHARE)
    if (same) return
    this.record(shares)
    this.showPlace()
  }

  record(shares) {
    const now = seconds()
    if (this.shares.size && now > this.since)
      this.add({ kind: "view", start: this.since, end: now, shares: Object.fromEntries(this.shares) })
    this.shares = shares
    this.since = now
  }

  current() {
    let best
    for (const section of this.article.children) {
      const share = this.shares.get(section.dataset.passage) ?? 0
      if (share > 0 && (!best || share > this.shares.get(best.dataset.passage) + SAME_SHARE))
        best = section
    }
    return best
  }

  showPlace() {
    for (const section of this.article.children)
      section.classList.toggle("outside", !this.shares.has(section.dataset.passage))
    const current = this.current()
    const passage = this.data.passages.find(({ id }) => id === current?.dataset.passage)
    if (!passage) return
    const share = passage.words_before / Math.max(1, this.data.words)
    this.line.style.width = `${100 * share}%`
    this.line.parentElement.setAttribute("aria-valuenow", Math.round(100 * share))
    this.words.textContent = `${Math.round(100 * share)} % · about ${passage.minutes_left} min left`
  }

  // What the learner does.

  key(event) {
    const typing = event.composedPath()[0]
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (typing.closest?.("input, textarea, select, [contenteditable], [role=slider]")) return
    const act = { j: "next", ArrowRight: "next", k: "previous", ArrowLeft: "previous", m: "mark", l: "lost" }[
      event.key
    ]
    if (act) {
      event.preventDefault()
      this.act(act)
    }
  }

  act(act) {
    const sections = [...this.article.children]
    const at = sections.indexOf(this.current())
    if (act === "next" && at === sections.length - 1 && this.data.part < this.data.parts - 1)
      act = "on"
    if (act === "previous" && at === 0 && this.data.part > 0) act = "back"
    if (act === "next") this.goTo(sections[Math.min(at + 1, sections.length - 1)], "smooth")
    else if (act === "previous") this.goTo(sections[Math.max(at - 1, 0)], "smooth")
    else if (act === "on" || act === "back") this.tell({ kind: "part", by: act === "on" ? 1 : -1 })
    else if (at >= 0) {
      const id = sections[at].dataset.passage
      if (act === "mark") sections[at].classList.toggle("marked")
      this.tell({ kind: act, passage: id, at: seconds() })
      const said = act === "mark" ? "Mark changed" : "Noted: you got lost here"
      this.root.querySelector("[role=status]").textContent = said
    }
  }

  goTo(section, behavior) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
    const band = this.band()
    const { top, height } = section.getBoundingClientRect()
    const room = Math.max(0, band.height - height) / 2
    this.scroller.scrollBy({
      top: top - band.top - room,
      behavior: calm ? "instant" : behavior,
    })
  }

  // Telling the app.

  add(item) {
    this.number += 1
    this.items.push({ n: this.number, ...item })
  }

  tell(item) {
    this.add(item)
    this.send()
  }

  send() {
    if (!this.running) return
    this.measure()
    // A stretch without change is reported in pieces, so that little is lost with the tab.
    this.record(this.shares)
    if (!this.items.length) return
    this.setStateValue("report", { stream: this.stream, sent: seconds(), items: this.items })
  }
}
