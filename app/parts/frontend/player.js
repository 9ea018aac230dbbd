// Made from player.ts by `npm run build` in clients/typescript: change that.
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
// ../../app/parts/frontend/player.ts
/**
* A lecture played from a file on the learner's own computer: it stays in the browser, and the app
* hears only where it stands when, and where its viewer was lost.
*
* The file is kept for as long as the browser's tab is loaded: the pages before, during and after a
* session each show the same one, and a break that takes the player off the page forgets nothing.
*
* The page runs player.js, which `npm run build` in clients/typescript makes of this file.
*/
const SEND_EVERY_MS = 2e3;
const BACK_S = 10;
/** A file that differs by more from the one that the session is about is another one. Seconds. */
const SAME_LENGTH_S = 2;
/** Other scripts of the page see the same one: each place on a page loads this script anew. */
const SHARED = globalThis;
var player_default = kept((component) => new Player(component));
var Player = class {
	root;
	video;
	queue = new ReportQueue();
	data;
	tell;
	running = null;
	address = "";
	/** Its length is known, and it can be played. */
	measured = true;
	/** The stretch that goes on: since when, and where the video stood then. */
	stretch = null;
	/** When and where the video stood last before it could be moved. */
	last = {
		at: 0,
		place: 0
	};
	/** Where to go as soon as a file is there. */
	wanted = null;
	shown = "";
	constructor({ parentElement, data, setStateValue }) {
		this.data = data;
		this.tell = setStateValue;
		this.root = find(parentElement, ".player");
		this.video = find(this.root, "video");
		find(this.root, "[data-act=back]").onclick = () => this.goBack();
		find(this.root, "[data-act=lost]").onclick = () => this.lose();
	}
	update({ data, setStateValue }) {
		this.tell = setStateValue;
		this.data = data;
		this.queue.forget(data.acked);
		if (this.running === null) this.open();
		if (data.paused && !this.video.paused) this.video.pause();
		if (data.paused) this.end();
		this.show();
	}
	open() {
		this.running = new AbortController();
		const { signal } = this.running;
		const { video } = this;
		const on = (name, call) => video.addEventListener(name, call, { signal });
		find(this.root, "input").addEventListener("change", (event) => this.choose(event), { signal });
		on("loadedmetadata", () => this.measure());
		on("durationchange", () => this.measure());
		on("error", () => this.refuse());
		on("timeupdate", () => this.note());
		on("play", () => this.begin());
		on("seeking", () => this.endBeforeMove());
		on("seeked", () => this.begin());
		for (const name of ["pause", "ratechange"]) on(name, () => this.begin());
		on("ended", () => this.end());
		document.addEventListener("keydown", (event) => this.key(event), { signal });
		document.addEventListener("visibilitychange", () => this.send(), { signal });
		const sending = setInterval(() => this.send(), SEND_EVERY_MS);
		signal.addEventListener("abort", () => clearInterval(sending));
		if (SHARED.expressionsLecture !== void 0) this.load(SHARED.expressionsLecture);
	}
	close() {
		this.send();
		this.running?.abort();
		this.running = null;
		this.stretch = null;
		const kept = SHARED.expressionsLecture;
		if (kept !== void 0 && this.address !== "") kept.at = this.video.currentTime;
		this.video.pause();
		this.video.removeAttribute("src");
		if (this.address !== "") URL.revokeObjectURL(this.address);
		this.address = "";
	}
	choose(event) {
		const file = event.target.files?.[0];
		if (file === void 0) return;
		const kept = {
			file,
			at: 0
		};
		SHARED.expressionsLecture = kept;
		this.load(kept);
	}
	load(kept) {
		if (this.address !== "") URL.revokeObjectURL(this.address);
		this.end();
		this.say("");
		this.measured = false;
		this.address = URL.createObjectURL(kept.file);
		this.video.src = this.address;
		this.wanted ??= kept.at > 0 ? kept.at : null;
	}
	measure() {
		const { duration } = this.video;
		if (Number.isNaN(duration) || this.measured) return;
		if (!Number.isFinite(duration)) {
			this.video.currentTime = Number.MAX_SAFE_INTEGER;
			return;
		}
		this.measured = true;
		const { mode } = this.data;
		const name = SHARED.expressionsLecture?.file.name ?? "";
		if (mode === "choose") this.tell("file", {
			name,
			duration
		});
		const known = this.data.duration;
		if (mode !== "choose" && known > 0 && Math.abs(known - duration) > SAME_LENGTH_S) this.say(`This is another video: “${this.data.title}” is ${clockText(known)} long.`);
		this.video.hidden = false;
		if (this.video.currentTime >= duration) this.video.currentTime = 0;
		if (this.wanted !== null) this.video.currentTime = Math.min(this.wanted, duration);
		this.wanted = null;
		this.show();
	}
	refuse() {
		if (this.address === "") return;
		delete SHARED.expressionsLecture;
		this.video.hidden = true;
		this.say("Your browser cannot play this file. MP4 with H.264, and WebM, play everywhere.");
	}
	note() {
		if (!this.video.seeking) this.last = {
			at: Date.now(),
			place: this.video.currentTime
		};
		this.showPlace();
	}
	/** Begin a stretch, after ending the one that went on. */
	begin() {
		if (this.data.paused && !this.video.paused) {
			this.video.pause();
			this.say("The session is paused. Resume it first.");
			return;
		}
		this.end();
		if (this.data.mode !== "watch" || this.video.seeking || this.video.ended) return;
		if (this.data.paused || this.address === "" || this.video.hidden) return;
		this.last = {
			at: Date.now(),
			place: this.video.currentTime
		};
		this.stretch = {
			since: this.last.at,
			from: this.last.place
		};
		this.showPlace();
	}
	endBeforeMove() {
		this.add(this.last.at, this.last.place);
		this.stretch = null;
	}
	end() {
		if (this.video.seeking) this.add(this.last.at, this.last.place);
		else this.add(Date.now(), this.video.currentTime);
		this.stretch = null;
	}
	/** Add what was played up to now. A picture that stands still counts while it can be seen. */
	add(at, place) {
		if (this.stretch === null || at <= this.stretch.since) return;
		const { since, from } = this.stretch;
		this.stretch = {
			since: at,
			from: place
		};
		if (place === from && document.visibilityState === "hidden" || place < from) return;
		this.queue.add({
			kind: "play",
			start: since / 1e3,
			end: at / 1e3,
			from,
			to: place
		});
	}
	send() {
		if (!this.video.seeking) this.add(Date.now(), this.video.currentTime);
		const report = this.running === null ? null : this.queue.report();
		if (report !== null) this.tell("report", report);
	}
	goBack() {
		this.video.currentTime = Math.max(0, this.video.currentTime - BACK_S);
	}
	lose() {
		const place = this.video.currentTime;
		const spans = this.data.spans;
		const span = spans.find(({ to }) => place < to) ?? spans.at(-1);
		if (this.data.mode !== "watch" || this.data.paused || span === void 0) return;
		if (this.video.hidden) return;
		this.send();
		this.queue.add({
			kind: "lost",
			passage: span.id,
			at: Date.now() / 1e3
		});
		this.send();
		this.say(`⛰️ Noted: you were lost at ${clockText(place)}.`);
	}
	key(event) {
		if (isTaken(event) || isTyped(event)) return;
		if (this.data.mode !== "watch" || event.repeat) return;
		if (event.key === "l") this.lose();
		else if (event.key === "j") this.goBack();
		else return;
		event.preventDefault();
	}
	goTo(place) {
		if (this.address === "") {
			this.wanted = place;
			this.say(`Choose “${this.data.title}” again to see ${clockText(place)}.`);
			find(this.root, "input").focus();
			return;
		}
		this.video.currentTime = place;
		this.video.focus();
	}
	show() {
		const { mode, title, moments } = this.data;
		const asked = mode === "choose" ? "Choose a video on this computer" : `Choose “${title}” on this computer`;
		find(this.root, ".ask").textContent = asked;
		find(this.root, ".choose").hidden = mode !== "choose" && !this.video.hidden;
		find(this.root, ".bar").hidden = mode !== "watch" || this.video.hidden;
		const list = find(this.root, ".moments");
		list.hidden = mode !== "look" || moments.length === 0;
		const key = JSON.stringify(moments);
		if (mode === "look" && this.shown !== key) {
			this.shown = key;
			list.replaceChildren(...moments.map(({ at, label }) => {
				const button = document.createElement("button");
				button.type = "button";
				button.textContent = `⛰️ ${label}`;
				button.onclick = () => this.goTo(at);
				return button;
			}));
		}
		this.showPlace();
	}
	showPlace() {
		const place = this.video.currentTime;
		const span = this.data.spans.find(({ to }) => place < to);
		const words = span === void 0 ? "" : ` · ${span.label}`;
		find(this.root, ".place").textContent = `${clockText(place)}${words}`;
	}
	say(words) {
		find(this.root, "[role=status]").textContent = words;
	}
};
export { player_default as default };
