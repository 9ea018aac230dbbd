// Made from text_view.ts by `npm run build` in clients/typescript: change that.
// src/visibility.ts
const NOTHING = {
	shares: /* @__PURE__ */ new Map(),
	onScreen: /* @__PURE__ */ new Map(),
	line: null
};
/** Of the view's height: where the band starts, and how much of it it takes. */
const BAND_TOP = .2;
const BAND_HEIGHT = .42;
/** A look comes every second. After a longer silence nobody knows what was seen meanwhile. */
const LONGEST_SILENCE_MS = 1e4;
/** Return how much room the band leaves above and below itself in a view, in pixels. */
function roomAroundBand(height) {
	return {
		above: BAND_TOP * height,
		below: .38000000000000006 * height
	};
}
/**
* Return where the reader looks.
*
* Where the text begins or ends within the view and cannot be scrolled into the band, the band
* reaches out to it: a text that fits into the view is read as a whole.
*
* @param text From the top of the first passage to the bottom of the last.
*/
function readingBand(view, text) {
	const room = roomAroundBand(view.bottom - view.top);
	const first = text.top + view.above - view.top;
	const last = view.bottom - (text.bottom - view.below);
	return {
		top: view.top + Math.max(0, Math.min(room.above, first + view.above)),
		bottom: view.bottom - Math.max(0, Math.min(room.below, last + view.below))
	};
}
/**
* Return the share of each passage that is seen; those that are not seen are left out.
*
* @param screen What of the window is on the screen: nothing outside it is seen.
*/
function visibleShares(view, screen, passages) {
	const shown = [...passages].filter(([, { top, bottom }]) => bottom > top);
	const band = readingBand(view, {
		top: Math.min(...shown.map(([, { top }]) => top)),
		bottom: Math.max(...shown.map(([, { bottom }]) => bottom))
	});
	const full = BAND_HEIGHT * (view.bottom - view.top);
	const shares = /* @__PURE__ */ new Map();
	for (const [id, { top, bottom }] of shown) {
		const overlap = Math.min(bottom, band.bottom, screen.bottom) - Math.max(top, band.top, screen.top);
		if (overlap > 0) shares.set(id, Math.min(1, overlap / Math.min(bottom - top, full)));
	}
	return shares;
}
/**
* Return how much of its height of each passage stands on the screen; others are left out.
*
* With this the app tells where on the screen one reads, which may be outside the band.
*/
function sharesOnScreen(view, screen, passages) {
	const [above, below] = [Math.max(view.top, screen.top), Math.min(view.bottom, screen.bottom)];
	const shares = /* @__PURE__ */ new Map();
	for (const [id, { top, bottom }] of passages) {
		const overlap = Math.min(bottom, below) - Math.max(top, above);
		if (overlap > 0 && bottom > top) shares.set(id, Math.min(1, overlap / (bottom - top)));
	}
	return shares;
}
/** Return the line that stands at a height of the window; null where no passage does. */
function lineAt(y, passages) {
	for (const [passage, { top, bottom }] of passages) if (top <= y && y < bottom) return {
		passage,
		at: Math.round(100 * (y - top) / (bottom - top)) / 100
	};
	return null;
}
/** Turns looks into stretches of time. It reads no clock. */
var ShareRecorder = class {
	seen = NOTHING;
	since = 0;
	latest = 0;
	/** What is seen by the last look. */
	get current() {
		return this.seen;
	}
	/** Note what is seen now. Return the stretch that this ends, or null if all is as before. */
	look(seen, now) {
		const silent = now - this.latest > LONGEST_SILENCE_MS || now < this.latest;
		if (!silent && isSame(seen, this.seen)) {
			this.latest = now;
			return null;
		}
		const ended = this.cut(silent ? this.latest : now);
		this.seen = seen;
		this.since = this.latest = now;
		return ended;
	}
	/** End the stretch that lasts, to tell about it; what is seen goes on. Null if there is none. */
	cut(now) {
		const { since, seen } = this;
		this.since = now;
		return (seen.shares.size > 0 || seen.onScreen.size > 0) && now > since ? {
			start: since,
			end: now,
			...seen
		} : null;
	}
};
function isSame(one, other) {
	return isAlike(one.shares, other.shares) && isAlike(one.onScreen, other.onScreen) && one.line?.passage === other.line?.passage && one.line?.at === other.line?.at;
}
function isAlike(one, other) {
	return one.size === other.size && [...one].every(([id, share]) => Math.abs(share - (other.get(id) ?? -1)) < .005);
}
// src/watch.ts
/** When to look at what is seen, and where its edges stand: the browser's part of the rule. */
const LOOK_EVERY_MS = 1e3;
const SCROLL_SETTLES_MS = 100;
/** A pointer that rests for longer, or under which the text was scrolled, says nothing. */
const POINTS_FOR_MS = 1500;
/** Looks every second, and whenever the text is scrolled, resized, hidden or shown. */
var ReadingWatch = class {
	options;
	recorder = new ShareRecorder();
	end = null;
	looked = 0;
	pointer = {
		x: 0,
		y: 0,
		at: Number.NEGATIVE_INFINITY
	};
	constructor(options) {
		this.options = options;
	}
	/** What is seen by the last look. */
	get current() {
		return this.recorder.current.shares;
	}
	start() {
		if (this.end !== null) return;
		this.end = new AbortController();
		const { signal } = this.end;
		let settling;
		const scrolled = () => {
			clearTimeout(settling);
			settling = setTimeout(() => this.look(), SCROLL_SETTLES_MS);
			this.pointer.at = Number.NEGATIVE_INFINITY;
			if (Date.now() - this.looked > SCROLL_SETTLES_MS) this.look();
		};
		const pointed = ({ clientX: x, clientY: y }) => {
			if (x !== this.pointer.x || y !== this.pointer.y) this.pointer = {
				x,
				y,
				at: Date.now()
			};
		};
		window.addEventListener("mousemove", pointed, {
			capture: true,
			passive: true,
			signal
		});
		(this.options.scroller ?? window).addEventListener("scroll", scrolled, {
			capture: true,
			passive: true,
			signal
		});
		window.addEventListener("resize", () => this.look(), { signal });
		document.addEventListener("visibilitychange", () => this.look(), { signal });
		const timer = setInterval(() => this.look(), LOOK_EVERY_MS);
		signal.addEventListener("abort", () => {
			clearTimeout(settling);
			clearInterval(timer);
		});
		this.look();
	}
	/** Look one last time, and no more. */
	stop() {
		if (this.end === null) return;
		this.look();
		this.end.abort();
		this.end = null;
		const ended = this.recorder.look(NOTHING, Date.now());
		if (ended !== null) this.options.onStretch(ended);
	}
	/** Look now. */
	look() {
		if (this.end === null) return;
		this.looked = Date.now();
		this.note(document.visibilityState === "visible" ? this.seen() : NOTHING);
	}
	/** Tell about the stretch that lasts, too. */
	cut() {
		this.look();
		const ended = this.recorder.cut(Date.now());
		if (ended !== null) this.options.onStretch(ended);
	}
	note(seen) {
		const before = this.recorder.current;
		const ended = this.recorder.look(seen, Date.now());
		if (ended !== null) this.options.onStretch(ended);
		if (this.recorder.current !== before) this.options.onChange?.(this.current);
	}
	seen() {
		const passages = this.options.passages();
		const first = passages.values().next().value;
		if (first === void 0) return NOTHING;
		const spans = /* @__PURE__ */ new Map();
		for (const [id, element] of passages) spans.set(id, element.getBoundingClientRect());
		const view = viewOf(this.options.scroller ?? scrollerOf(first));
		const screen = {
			top: 0,
			bottom: innerHeight
		};
		return {
			shares: visibleShares(view, screen, spans),
			onScreen: sharesOnScreen(view, screen, spans),
			line: this.line(view, spans)
		};
	}
	line(view, spans) {
		const focused = this.options.focus?.() ?? null;
		if (focused !== null) return lineAt(focused, spans);
		const { x, y, at } = this.pointer;
		if (Date.now() - at > POINTS_FOR_MS || y < view.top || y >= view.bottom) return null;
		const line = lineAt(y, spans);
		const rect = line === null ? void 0 : spans.get(line.passage);
		return rect !== void 0 && rect.left <= x && x < rect.right ? line : null;
	}
};
/** Return the nearest element around another that scrolls up and down; the page's own if none. */
function scrollerOf(element) {
	const page = document.scrollingElement ?? document.documentElement;
	for (let at = element.parentElement; at !== null; at = at.parentElement) {
		if (at === document.body || at === page) break;
		const { overflowY } = getComputedStyle(at);
		if (/auto|scroll/.test(overflowY) && at.scrollHeight > at.clientHeight) return at;
	}
	return page;
}
/** Return where an element stands that scrolls, and how far it can be scrolled. */
function viewOf(scroller) {
	const { top, bottom } = scroller === (document.scrollingElement ?? document.documentElement) ? {
		top: 0,
		bottom: innerHeight
	} : scroller.getBoundingClientRect();
	const above = scroller.scrollTop;
	return {
		top,
		bottom,
		above,
		below: scroller.scrollHeight - (bottom - top) - above
	};
}
// ../../app/parts/frontend/dom.ts
/** What every part of the app in the browser does with its elements, with keys and with times. */
const TYPING = "input, textarea, select, [contenteditable], [role=slider], [role=dialog]";
function find(parent, selector) {
	const found = parent.querySelector(selector);
	if (found === null) throw new Error(`no element ${selector}`);
	return found;
}
/** Return what Streamlit calls after each run: it makes a part for each place once. */
function kept(make) {
	const parts = /* @__PURE__ */ new WeakMap();
	return (component) => {
		const part = parts.get(component.parentElement) ?? make(component);
		parts.set(component.parentElement, part);
		part.update(component);
		return () => part.close();
	};
}
/** Whether a key belongs to the browser, or to somebody who handled it before. */
function isTaken(event) {
	return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
}
/** Whether a key is meant for the element in which it was pressed. */
function isTyped(event) {
	const [target] = event.composedPath();
	return target instanceof Element && target.closest(TYPING) !== null;
}
// ../../app/parts/frontend/report_queue.ts
var ReportQueue = class {
	stream = Math.random().toString(36).slice(2);
	number = 0;
	items = [];
	add(item) {
		this.number += 1;
		this.items.push({
			...item,
			n: this.number
		});
	}
	/** Forget what the app has. */
	forget({ stream, number }) {
		if (stream === this.stream) this.items = this.items.filter((item) => item.n > number);
	}
	/** Return what the app does not have yet; null: it has everything. */
	report() {
		const { stream, items } = this;
		return items.length === 0 ? null : {
			stream,
			sent: Date.now() / 1e3,
			items: [...items]
		};
	}
};
// ../../app/reading/frontend/sections.ts
function section({ id, headings, text, paragraphs, direction }) {
	const made = document.createElement("section");
	made.id = made.dataset["passage"] = id;
	made.dir = direction;
	for (const { level, text: words } of headings) {
		const heading = document.createElement(`h${Math.min(6, level + 1)}`);
		heading.textContent = words;
		heading.dir = "auto";
		made.append(heading);
	}
	const letters = Array.from(text);
	let number = 0;
	for (const sentences of paragraphs) {
		const paragraph = document.createElement("p");
		paragraph.dir = "auto";
		let written = sentences[0]?.[0] ?? 0;
		for (const [start, end] of sentences) {
			if (start > written) paragraph.append(letters.slice(written, start).join(""));
			const sentence = document.createElement("span");
			sentence.dataset["sentence"] = String(number);
			sentence.textContent = letters.slice(start, end).join("");
			paragraph.append(sentence);
			[number, written] = [number + 1, end];
		}
		made.append(paragraph);
	}
	return made;
}
function sentenceNumber(sentence) {
	return Number(sentence.dataset["sentence"]);
}
/** Return the sentences of a passage's section, in order. */
function sentencesOf(section) {
	return [...section.querySelectorAll("[data-sentence]")];
}
/** Return the passage in which sentences are selected, and their numbers; null: none is. */
function selectedIn(root, sections) {
	const selection = root.getRootNode().getSelection?.() ?? document.getSelection();
	if (selection === null || selection.isCollapsed) return null;
	for (const [id, section] of sections) {
		const sentences = sentencesOf(section).filter((sentence) => selection.containsNode(sentence, true)).map(sentenceNumber);
		if (sentences.length > 0) return [id, sentences];
	}
	return null;
}
// ../../app/reading/frontend/marks.ts
/** Show marks, notes and highlighted sentences as the app or the learner has just said them. */
function showMarks(sections, data) {
	const { marked, lost, notes, passages } = data;
	for (const { id, number } of passages) {
		const section = sections.get(id);
		if (section === void 0) continue;
		const { sentences = [], note = "" } = notes[id] ?? {};
		section.classList.toggle("marked", marked.includes(id));
		section.classList.toggle("lost", lost.includes(id));
		const label = [String(number)];
		if (marked.includes(id)) label.push("⭐ Important");
		if (lost.includes(id)) label.push("⛰️ You were lost here");
		if (note) label.push(`✎ ${note}`);
		section.dataset["label"] = label.join(" · ");
		for (const sentence of sentencesOf(section)) sentence.classList.toggle("chosen", sentences.includes(sentenceNumber(sentence)));
	}
}
// ../../app/reading/frontend/notes_panel.ts
/** The panel below the text: the sentences of one passage to highlight, and a note. */
var NotesPanel = class {
	element;
	/** The passage that it is open for; "" while it is closed. */
	passage = "";
	constructor(element) {
		this.element = element;
	}
	open({ id, number }, section, note, choose) {
		this.passage = id;
		find(this.element, ".panel-title").textContent = `Passage ${number}`;
		const buttons = sentencesOf(section).map((sentence, at) => {
			const button = document.createElement("button");
			button.type = "button";
			button.textContent = sentence.textContent;
			button.dir = "auto";
			button.onclick = () => choose(at);
			return button;
		});
		find(this.element, ".sentences").replaceChildren(...buttons);
		this.field.value = note;
		this.element.hidden = false;
		(buttons[0] ?? this.field).focus();
	}
	close() {
		this.passage = "";
		this.element.hidden = true;
	}
	/** What is written, without the spaces around it. */
	get note() {
		return this.field.value.trim();
	}
	/** Show which sentences are highlighted. */
	show(chosen) {
		find(this.element, ".sentences").querySelectorAll("button").forEach((button, at) => button.setAttribute("aria-pressed", String(chosen.includes(at))));
	}
	get field() {
		return find(this.element, "textarea");
	}
};
// ../../app/reading/frontend/place.ts
/** Where in the text the reader is: which passage, how far, and going to another one. */
/** Return the passage that is seen most; of several the first. */
function mostSeen(ids, shares) {
	let [best, most] = [void 0, 0];
	for (const id of ids) {
		const share = shares.get(id) ?? 0;
		if (share > (best === void 0 ? 0 : most + .005)) [best, most] = [id, share];
	}
	return best;
}
/** Show how much of the text is read when `current` is. */
function showProgress(root, scroller, data, current) {
	const passage = data.passages.find(({ id }) => id === current);
	if (!passage) return;
	const ended = isAtEnd(scroller, data, current);
	const read = ended ? 100 : 100 * passage.words_before / Math.max(1, data.words);
	const shown = String(Math.round(read));
	const line = find(root, ".line");
	find(line, "span").style.width = `${read}%`;
	line.setAttribute("aria-valuenow", shown);
	find(root, ".words").textContent = ended ? "100 % · the end" : `${shown} % · about ${passage.minutes_left} min left`;
}
/** Whether the last passage of the text is the one that is read, or all is scrolled through. */
function isAtEnd(scroller, data, current) {
	if (data.part !== data.parts - 1) return false;
	if (current === data.passages.at(-1)?.id) return true;
	const { scrollTop, scrollHeight, clientHeight } = scroller;
	return scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 2;
}
/** Scroll a passage into the middle of the band. */
function goTo(scroller, section, behavior) {
	const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
	const view = scroller.getBoundingClientRect();
	const { above, below } = roomAroundBand(view.height);
	const { top, height } = section.getBoundingClientRect();
	const room = Math.max(0, view.height - above - below - height) / 2;
	scroller.scrollBy({
		top: top - view.top - above - room,
		behavior: calm ? "instant" : behavior
	});
}
// ../../app/reading/frontend/text_view.ts
/**
* The text being read: shows passages in one column and reports, with times, how much of each
* stood in the reading band, the part of the view that is not dimmed.
*
* The page runs text_view.js, which `npm run build` in clients/typescript makes of this file and those beside it.
*/
const SEND_EVERY_MS = 2e3;
const KEYS = {
	j: "next",
	ArrowRight: "next",
	k: "previous",
	ArrowLeft: "previous",
	m: "mark",
	l: "lost",
	h: "note",
	f: "focus"
};
/** Keys that move the focused line. */
const LINES = {
	ArrowDown: 1,
	ArrowUp: -1
};
/** Of the letters' size, as in text_view.css. */
const LINE_HEIGHT = 1.65;
var text_view_default = kept((component) => new TextView(component));
var TextView = class {
	root;
	scroller;
	article;
	panel;
	queue = new ReportQueue();
	watch;
	data;
	setStateValue;
	sections = /* @__PURE__ */ new Map();
	shown = "";
	running = null;
	constructor({ parentElement, data, setStateValue }) {
		this.data = data;
		this.setStateValue = setStateValue;
		this.root = find(parentElement, ".reader");
		this.scroller = find(this.root, ".scroller");
		this.article = find(this.root, "article");
		this.panel = new NotesPanel(find(this.root, ".panel"));
		this.watch = new ReadingWatch({
			passages: () => this.sections,
			scroller: this.scroller,
			onStretch: ({ start, end, shares, onScreen, line }) => {
				this.queue.add({
					kind: "view",
					start: start / 1e3,
					end: end / 1e3,
					shares: Object.fromEntries(shares),
					on_screen: Object.fromEntries(onScreen),
					lines: line === null ? {} : { [line.passage]: line.at }
				});
			},
			focus: () => this.focusedLine(),
			onChange: (shares) => this.showPlace(shares)
		});
		for (const button of this.root.querySelectorAll("button[data-act]")) button.onclick = () => this.act(button.dataset["act"]);
	}
	update({ data, setStateValue }) {
		this.setStateValue = setStateValue;
		this.data = data;
		const { size, width, theme } = data.look;
		this.root.style.setProperty("--size", `${size}px`);
		this.root.style.setProperty("--measure", `${width}em`);
		this.root.dataset["theme"] = theme;
		this.queue.forget(data.acked);
		if (this.running === null) this.open();
		const key = `${data.text_key}/${data.part}/${data.jump}`;
		if (this.shown !== key) {
			this.shown = key;
			this.fill();
		}
		this.showMarks();
		this.watch.look();
	}
	open() {
		this.running = new AbortController();
		const { signal } = this.running;
		document.addEventListener("keydown", (event) => this.key(event), { signal });
		const leave = () => {
			if (document.visibilityState === "hidden") this.send();
		};
		document.addEventListener("visibilitychange", leave, { signal });
		const place = () => this.showPlace(this.watch.current);
		this.scroller.addEventListener("scroll", place, {
			passive: true,
			signal
		});
		const sending = setInterval(() => this.send(), SEND_EVERY_MS);
		const resizing = new ResizeObserver(() => this.makeRoom());
		resizing.observe(this.scroller);
		signal.addEventListener("abort", () => {
			clearInterval(sending);
			resizing.disconnect();
		});
		this.watch.start();
	}
	close() {
		this.watch.stop();
		this.running?.abort();
		this.running = null;
	}
	fill() {
		const { part, parts, passages, start } = this.data;
		this.sections = new Map(passages.map((passage) => [passage.id, section(passage)]));
		this.article.lang = this.data.language;
		this.article.replaceChildren(...this.sections.values());
		find(this.root, "[data-act=back]").hidden = part === 0;
		find(this.root, "[data-act=on]").hidden = part === parts - 1;
		find(this.root, ".end").hidden = part !== parts - 1;
		this.makeRoom();
		this.scroller.scrollTop = 0;
		const first = start === null ? void 0 : this.sections.get(start);
		if (first) goTo(this.scroller, first, "instant");
	}
	/** Let the first and the last passage be scrolled into the band. */
	makeRoom() {
		const { above, below } = roomAroundBand(this.scroller.clientHeight);
		this.article.style.paddingTop = `${Math.ceil(above)}px`;
		this.article.style.paddingBottom = `${Math.ceil(below)}px`;
		this.watch.look();
	}
	showMarks() {
		showMarks(this.sections, this.data);
		this.panel.show(this.data.notes[this.panel.passage]?.sentences ?? []);
	}
	openPanel(id) {
		const passage = this.data.passages.find((one) => one.id === id);
		const section = this.sections.get(id);
		if (!passage || !section) return;
		const { sentences = [], note = "" } = this.data.notes[id] ?? {};
		this.panel.open(passage, section, note, (sentence) => this.highlight(id, [sentence]));
		this.panel.show(sentences);
	}
	closePanel() {
		this.panel.close();
		this.scroller.focus({ preventScroll: true });
	}
	/** Highlight sentences, or take the highlight away where all of them have it. */
	highlight(id, sentences) {
		const held = this.data.notes[id]?.sentences ?? [];
		const all = sentences.every((one) => held.includes(one));
		const now = all ? held.filter((one) => !sentences.includes(one)) : [.../* @__PURE__ */ new Set([...held, ...sentences])];
		const note = this.data.notes[id]?.note ?? "";
		this.data = {
			...this.data,
			notes: {
				...this.data.notes,
				[id]: {
					sentences: now,
					note
				}
			}
		};
		this.showMarks();
		this.tell({
			kind: "highlight",
			passage: id,
			sentences
		});
		this.announce(all ? "Highlight removed" : "Highlighted");
	}
	saveNote() {
		const { passage: id, note } = this.panel;
		const sentences = this.data.notes[id]?.sentences ?? [];
		this.data = {
			...this.data,
			notes: {
				...this.data.notes,
				[id]: {
					sentences,
					note
				}
			}
		};
		this.tell({
			kind: "note",
			passage: id,
			note
		});
		this.closePanel();
		this.showMarks();
		this.announce(note ? "Note saved" : "Note removed");
	}
	noteOrHighlight(current) {
		const selected = selectedIn(this.root, this.sections);
		if (selected !== null) this.highlight(...selected);
		else if (current !== void 0) this.openPanel(current);
	}
	announce(said) {
		find(this.root, "[role=status]").textContent = said;
	}
	current() {
		return mostSeen(this.sections.keys(), this.watch.current);
	}
	showPlace(shares) {
		for (const [id, section] of this.sections) section.classList.toggle("outside", !shares.has(id));
		showProgress(this.root, this.scroller, this.data, this.current());
	}
	key(event) {
		if (isTaken(event)) return;
		if (event.key === "Escape" && this.panel.passage !== "") {
			this.closePanel();
			return;
		}
		if (isTyped(event)) return;
		const lines = LINES[event.key];
		if (lines !== void 0 && !this.ruler.hidden) {
			event.preventDefault();
			this.scroller.scrollBy({ top: lines * this.data.look.size * LINE_HEIGHT });
			return;
		}
		const action = KEYS[event.key];
		if (action === void 0) return;
		event.preventDefault();
		this.act(action);
	}
	act(action) {
		const ids = [...this.sections.keys()];
		const current = this.current();
		const at = current === void 0 ? -1 : ids.indexOf(current);
		const { part, parts } = this.data;
		if (action === "mark" || action === "lost") {
			if (current !== void 0) this.say(action, current);
		} else if (action === "note") this.noteOrHighlight(current);
		else if (action === "save") this.saveNote();
		else if (action === "close") this.closePanel();
		else if (action === "focus") this.toggleRuler();
		else if (action === "finish") this.tell({ kind: "finish" });
		else if (action === "on" || action === "next" && at === ids.length - 1 && part < parts - 1) this.tell({
			kind: "part",
			by: 1
		});
		else if (action === "back" || action === "previous" && at === 0 && part > 0) this.tell({
			kind: "part",
			by: -1
		});
		else {
			const to = action === "next" ? Math.min(at + 1, ids.length - 1) : Math.max(at - 1, 0);
			const section = this.sections.get(ids[to] ?? "");
			if (section) goTo(this.scroller, section, "smooth");
		}
	}
	get ruler() {
		return find(this.root, ".ruler");
	}
	toggleRuler() {
		const { ruler } = this;
		ruler.hidden = !ruler.hidden;
		find(this.root, "[data-act=focus]").setAttribute("aria-pressed", String(!ruler.hidden));
		this.announce(ruler.hidden ? "Whole page" : "One line: ↓ and ↑ move it");
		this.watch.look();
	}
	focusedLine() {
		if (this.ruler.hidden) return null;
		const { top, height } = this.ruler.getBoundingClientRect();
		return top + height / 2;
	}
	say(kind, passage) {
		const { marked, lost } = this.data;
		if (kind === "lost") {
			this.data = {
				...this.data,
				lost: [.../* @__PURE__ */ new Set([...lost, passage])]
			};
			this.announce(lost.includes(passage) ? "Already noted" : "Noted: you got lost here");
		} else if (marked.includes(passage)) {
			this.data = {
				...this.data,
				marked: marked.filter((one) => one !== passage)
			};
			this.announce("Mark removed");
		} else {
			this.data = {
				...this.data,
				marked: [...marked, passage]
			};
			this.announce("Marked as important");
		}
		this.showMarks();
		if (kind === "mark" || !lost.includes(passage)) this.tell({
			kind,
			passage,
			at: Date.now() / 1e3
		});
	}
	tell(item) {
		this.queue.add(item);
		this.send();
	}
	send() {
		this.watch.cut();
		const report = this.running === null ? null : this.queue.report();
		if (report !== null) this.setStateValue("report", report);
	}
};
export { text_view_default as default };
