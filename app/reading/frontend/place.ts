/** Where in the text the reader is: which passage, how far, and going to another one. */

import { SAME_SHARE, roomAroundBand } from "../../../clients/typescript/src/visibility.js";
import { find } from "../../parts/frontend/dom.js";
import type { Data } from "./report.js";

/** Return the passage that is seen most; of several the first. */
export function mostSeen(
  ids: Iterable<string>,
  shares: ReadonlyMap<string, number>,
): string | undefined {
  let [best, most] = [undefined as string | undefined, 0];
  for (const id of ids) {
    const share = shares.get(id) ?? 0;
    if (share > (best === undefined ? 0 : most + SAME_SHARE)) [best, most] = [id, share];
  }
  return best;
}

/** Show how much of the text is read when `current` is. */
export function showProgress(
  root: HTMLElement,
  scroller: HTMLElement,
  data: Data,
  current: string | undefined,
): void {
  const passage = data.passages.find(({ id }) => id === current);
  if (!passage) return;
  const ended = isAtEnd(scroller, data, current);
  const read = ended ? 100 : (100 * passage.words_before) / Math.max(1, data.words);
  const shown = String(Math.round(read));
  const line = find(root, ".line");
  find(line, "span").style.width = `${read}%`;
  line.setAttribute("aria-valuenow", shown);
  find(root, ".words").textContent = ended
    ? "100 % · the end"
    : `${shown} % · about ${passage.minutes_left} min left`;
}

/** Whether the last passage of the text is the one that is read, or all is scrolled through. */
function isAtEnd(scroller: HTMLElement, data: Data, current: string | undefined): boolean {
  if (data.part !== data.parts - 1) return false;
  if (current === data.passages.at(-1)?.id) return true;
  const { scrollTop, scrollHeight, clientHeight } = scroller;
  return scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 2;
}

/** Scroll a passage into the middle of the band. */
export function goTo(scroller: HTMLElement, section: HTMLElement, behavior: ScrollBehavior): void {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const view = scroller.getBoundingClientRect();
  const { above, below } = roomAroundBand(view.height);
  const { top, height } = section.getBoundingClientRect();
  const room = Math.max(0, view.height - above - below - height) / 2;
  scroller.scrollBy({
    top: top - view.top - above - room,
    behavior: calm ? "instant" : behavior,
  });
}
