// Made from companion.ts by `npm run build` in clients/typescript: change that.
// ../../app/parts/frontend/caller.ts
/**
* Calls somebody who looks elsewhere: by one soft sound and a notification. Each call has a name, and
* is made once, however often pages are reloaded and however many tabs there are.
*/
/** Where the names of the last calls are kept, for all tabs, and how many. */
const CALLED = "expressions-called";
const MOST_CALLED = 20;
var Caller = class {
	audio = null;
	/** A browser lets a page sound only after it was touched. */
	touched() {
		this.audio?.resume();
	}
	close() {
		this.audio?.close();
		this.audio = null;
	}
	call(id, words, kind, wishes) {
		if (called().includes(id)) return;
		noteCalled(id);
		if (wishes.sound) this.chime(kind);
		const looksElsewhere = document.visibilityState === "hidden" || !document.hasFocus();
		if (!wishes.notifications || !granted() || !looksElsewhere) return;
		const shown = new Notification(words, {
			body: wishes.title,
			tag: id,
			silent: true
		});
		shown.onclick = () => {
			window.focus();
			shown.close();
		};
	}
	/** Two soft tones: falling for a break, rising for its end, one alone for a question. */
	chime(kind) {
		this.audio ??= new AudioContext();
		const { audio } = this;
		audio.resume();
		({
			due: [660, 528],
			over: [528, 660],
			question: [594]
		})[kind].forEach((frequency, index) => {
			const start = audio.currentTime + .05 + index * .28;
			const tone = audio.createOscillator();
			const volume = audio.createGain();
			tone.frequency.value = frequency;
			volume.gain.setValueAtTime(1e-4, start);
			volume.gain.exponentialRampToValueAtTime(.12, start + .04);
			volume.gain.exponentialRampToValueAtTime(1e-4, start + .9);
			tone.connect(volume).connect(audio.destination);
			tone.start(start);
			tone.stop(start + 1);
		});
	}
};
function granted() {
	return "Notification" in window && Notification.permission === "granted";
}
let calledHere = [];
function called() {
	try {
		const kept = JSON.parse(localStorage.getItem(CALLED) ?? "[]");
		return [...calledHere, ...Array.isArray(kept) ? kept.map(String) : []];
	} catch {
		return calledHere;
	}
}
function noteCalled(id) {
	calledHere = [id, ...called()].slice(0, MOST_CALLED);
	try {
		localStorage.setItem(CALLED, JSON.stringify(calledHere));
	} catch {}
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
/** Return a time as 4:05, or 1:04:05 from an hour on. */
function clockText(seconds) {
	const whole = Math.max(0, Math.floor(seconds));
	const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
	const two = (value) => String(value).padStart(2, "0");
	return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
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
// ../../app/parts/frontend/small_window.ts
var SmallWindow = class {
	opened = null;
	get isKnown() {
		return smallWindows() !== void 0;
	}
	/** Open the window, or close it. */
	async toggle() {
		if (this.opened !== null) {
			this.opened.close();
			return;
		}
		const opened = await smallWindows()?.requestWindow({
			width: 260,
			height: 150
		});
		if (opened === void 0) return;
		this.opened = opened;
		const { document: inside } = opened;
		inside.title = "Study timer";
		const style = inside.createElement("style");
		style.textContent = "body { margin: 0; height: 100vh; display: grid; place-content: center; gap: .2rem; text-align: center; font-family: system-ui, sans-serif; color-scheme: light dark; background: Canvas; color: CanvasText } strong { font-size: 3rem; font-variant-numeric: tabular-nums; line-height: 1 } button { font: inherit; padding: .3rem .8rem }";
		const [label, time, press] = [
			"span",
			"strong",
			"button"
		].map((tag) => inside.createElement(tag));
		inside.head.append(style);
		if (label && time && press) inside.body.append(label, time, press);
		opened.addEventListener("pagehide", () => this.opened = null);
	}
	close() {
		this.opened?.close();
	}
	/** Show a state, the time, and what a press does; without a window nothing happens. */
	show(state, shownTime, words, press) {
		const body = this.opened?.document.body;
		if (!body) return;
		const [label, time, button] = body.children;
		if (!label || !time || !button) return;
		label.textContent = state;
		time.textContent = shownTime;
		if (button.textContent !== words) button.textContent = words;
		button.onclick = press;
	}
};
function smallWindows() {
	return window.documentPictureInPicture;
}
// ../../app/parts/frontend/tab_title.ts
/**
* The tab's title, held by one part of the page at a time: two that set it in turn would have no end.
* Streamlit writes the page's own title again with every run.
*/
var TabTitle = class {
	id = Math.random().toString(36).slice(2);
	marks = document.documentElement.dataset;
	watch = new MutationObserver(() => this.keep());
	wanted = "";
	/** Hold the title from now on; whoever held it before is silent. */
	take() {
		if (this.marks.titleHolder === void 0) this.marks.title = document.title;
		this.marks.titleHolder = this.id;
		this.watch.observe(document.head, {
			subtree: true,
			childList: true,
			characterData: true
		});
	}
	set(title) {
		this.wanted = title;
		if (this.isHeld && title !== "" && document.title !== title) document.title = title;
	}
	/** Give the page its own title back. */
	leave() {
		this.watch.disconnect();
		if (!this.isHeld) return;
		document.title = this.marks.title ?? "";
		delete this.marks.titleHolder;
	}
	get isHeld() {
		return this.marks.titleHolder === this.id;
	}
	/** What the page writes meanwhile is its own title from then on: it may be another page by now. */
	keep() {
		if (!this.isHeld || this.wanted === "" || document.title === this.wanted) return;
		this.marks.title = document.title;
		document.title = this.wanted;
	}
};
// ../../app/parts/frontend/companion.ts
/**
* The study timer in the browser: the time left in a ring and in the tab's title, one soft sound, a
* notification and a small window for somebody who looks elsewhere, and keys.
*
* The app tells where the timer stands. Between two of its messages the time goes on here, so that
* it is right to the second, and a break is noticed in a tab that the browser has slowed down. What
* calls the learner has a name, and each name calls once, however often pages are reloaded and however many
* tabs there are.
*
* The page runs companion.js, which `npm run build` in clients/typescript makes of this file and those beside it.
*/
const KEYS = {
	p: "pause",
	b: "break",
	s: "skip",
	"+": "more",
	"=": "more",
	m: "marker"
};
const LABELS = {
	focus: "Study",
	due: "Time for a break",
	break: "Break",
	break_over: "Break is over",
	paused: "Paused"
};
/** Farther from the app's time than this, the time here is put right. Seconds. */
const RIGHT_WITHIN_S = 1.5;
/** Of the session's title, in the tab. */
const TITLE_LETTERS = 60;
const CIRCUMFERENCE = 2 * Math.PI * 54;
var companion_default = kept((component) => new Companion(component));
var Companion = class {
	root;
	data;
	tell;
	send;
	queue = new ReportQueue();
	left = 0;
	over = 0;
	at = performance.now();
	running = null;
	title = new TabTitle();
	small = new SmallWindow();
	caller = new Caller();
	chosen = /* @__PURE__ */ new Map();
	constructor({ parentElement, data, setTriggerValue, setStateValue }) {
		this.data = data;
		this.tell = setTriggerValue;
		this.send = setStateValue;
		this.root = find(parentElement, ".companion");
		find(this.root, "[data-act=sound]").onclick = () => this.chooseSound();
		find(this.root, "[data-act=notifications]").onclick = () => void this.chooseNotifications();
		const window = find(this.root, "[data-act=window]");
		window.hidden = !this.small.isKnown;
		window.onclick = () => void this.small.toggle().then(() => this.showSmallWindow());
	}
	update({ data, setTriggerValue, setStateValue }) {
		this.tell = setTriggerValue;
		this.send = setStateValue;
		this.queue.forget(data.acked);
		const before = this.data;
		this.data = this.withChoices(data);
		this.pass();
		const another = before.phase !== data.phase || before.turn !== data.turn || before.length_s !== data.length_s;
		if (another || this.running === null || Math.abs(this.left - data.left_s) > RIGHT_WITHIN_S) this.left = data.left_s;
		if (another || this.running === null || Math.abs(this.over - data.over_s) > RIGHT_WITHIN_S) this.over = data.over_s;
		if (this.running === null) this.open();
		this.show();
	}
	/** What was chosen here holds until the app knows it: its message may be older. */
	withChoices(data) {
		for (const [name, on] of this.chosen) if (on === data[name]) this.chosen.delete(name);
		return {
			...data,
			...Object.fromEntries(this.chosen)
		};
	}
	choose(name, on) {
		this.chosen.set(name, on);
		const all = Object.fromEntries(this.chosen);
		this.data = {
			...this.data,
			...all
		};
		this.tell("choice", all);
		this.show();
	}
	open() {
		this.running = new AbortController();
		const { signal } = this.running;
		const stopTicking = everySecond(() => this.show());
		signal.addEventListener("abort", stopTicking);
		document.addEventListener("keydown", (event) => this.key(event), { signal });
		const touched = () => this.caller.touched();
		document.addEventListener("pointerdown", touched, { signal });
		document.addEventListener("keydown", touched, { signal });
		document.addEventListener("visibilitychange", () => this.show(), { signal });
		this.title.take();
	}
	close() {
		this.running?.abort();
		this.running = null;
		this.title.leave();
		this.small.close();
		this.caller.close();
	}
	/** Let the time go on since it was looked at last. */
	pass() {
		const now = performance.now();
		const passed = (now - this.at) / 1e3;
		this.at = now;
		const { phase } = this.data;
		if (phase === "paused") return;
		const used = Math.min(this.left, passed);
		this.left -= used;
		this.over += phase === "due" || phase === "break_over" || used < passed ? passed - used : 0;
	}
	/** The phase by the time here: the app may be a second behind. */
	get phase() {
		const { phase } = this.data;
		if (this.left > 0) return phase;
		return phase === "focus" ? "due" : phase === "break" ? "break_over" : phase;
	}
	get time() {
		return this.left > 0 || this.phase === "paused" ? clockText(Math.ceil(this.left)) : `+${clockText(this.over)}`;
	}
	show() {
		if (this.running === null) return;
		this.pass();
		const { phase } = this;
		const { round, rounds, length_s, quiet } = this.data;
		this.root.hidden = quiet;
		this.root.dataset["phase"] = phase;
		const text = (selector, words) => {
			const element = find(this.root, selector);
			if (element.textContent !== words) element.textContent = words;
		};
		text(".label", LABELS[phase]);
		text(".time", this.time);
		text(".round", phase.startsWith("break") ? "" : `Round ${round} of ${rounds}`);
		const share = length_s > 0 ? Math.min(1, this.left / length_s) : 0;
		find(this.root, ".arc").style.strokeDashoffset = `${CIRCUMFERENCE * (1 - share)}`;
		this.showChoice("sound", this.data.sound);
		this.showChoice("notifications", this.data.notifications && granted());
		this.title.set(this.tabTitle);
		this.showSmallWindow();
		this.callIfDue();
	}
	showChoice(name, on) {
		const button = find(this.root, `[data-act=${name}]`);
		button.setAttribute("aria-pressed", String(on));
		find(button, ".state").textContent = on ? "on" : "off";
	}
	get tabTitle() {
		const title = this.data.title.replace(/[\t\n\f\r ]+/g, " ").trim().slice(0, TITLE_LETTERS).trim();
		if (this.data.call !== null && this.phase === "focus") return `💬 ${this.time} · Question`;
		switch (this.phase) {
			case "focus": return `${this.time} · ${title}`;
			case "due": return `☕ Break time · ${title}`;
			case "break": return `☕ ${this.time} · Break`;
			case "break_over": return `⏰ Break is over · ${title}`;
			case "paused": return `⏸ ${this.time} · ${title}`;
		}
	}
	callIfDue() {
		const { session, turn, length_s, call } = this.data;
		const round = `${session}/${turn}/${length_s}`;
		if (this.phase === "due") this.caller.call(`${round}/due`, "Time for a break.", "due", this.data);
		else if (this.phase === "break_over") this.caller.call(`${round}/over`, "The break is over.", "over", this.data);
		else if (call !== null && this.phase === "focus") this.caller.call(`${session}/${call.id}`, call.words, "question", this.data);
	}
	chooseSound() {
		const sound = !this.data.sound;
		if (sound) this.caller.chime("over");
		this.choose("sound", sound);
	}
	async chooseNotifications() {
		let notifications = !(this.data.notifications && granted());
		if (notifications) {
			notifications = ("Notification" in window ? await Notification.requestPermission() : "denied") === "granted";
			find(this.root, "[role=status]").textContent = notifications ? "You will be told here when a break or a question comes." : "Your browser does not allow it. Click the icon left of the address, allow notifications, then press again.";
		}
		this.choose("notifications", notifications);
	}
	showSmallWindow() {
		const { phase } = this;
		const [words, press] = {
			focus: ["Pause", "pause"],
			due: ["Take a break", "break"],
			break: ["Back to work", "break"],
			break_over: ["Back to work", "break"],
			paused: ["Resume", "pause"]
		}[phase];
		this.small.show(LABELS[phase], this.time, words, () => this.press(press));
	}
	key(event) {
		if (this.data.quiet || event.repeat || isTaken(event) || isTyped(event)) return;
		const press = KEYS[event.key.toLowerCase()];
		if (press === void 0) return;
		event.preventDefault();
		this.press(press);
	}
	press(press) {
		this.queue.add({ press });
		const report = this.queue.report();
		if (report !== null) this.send("presses", report);
	}
};
/** Call a function each second, in a hidden tab too: a worker's clock is not slowed down. */
function everySecond(tick) {
	const address = URL.createObjectURL(new Blob(["setInterval(() => postMessage(0), 1000)"], { type: "text/javascript" }));
	try {
		const worker = new Worker(address);
		worker.onmessage = tick;
		return () => worker.terminate();
	} catch {
		const timer = setInterval(tick, 1e3);
		return () => clearInterval(timer);
	} finally {
		URL.revokeObjectURL(address);
	}
}
export { companion_default as default };
