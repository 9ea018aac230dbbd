/** Which passages are seen, told to the session every few seconds. */

import type { Session } from "./session.js";
import type { PassageSeen } from "./types.js";
import { ReadingWatch } from "./watch.js";

const REPORT_EVERY_MS = 3000;
/** Most that the API takes in one report. */
const MOST_AT_ONCE = 1000;

/**
 * Watch elements and report what is seen of them until the signal ends it.
 *
 * Of a passage is told what stands in the reading band, as in the app's own page: the band takes
 * the view from 20 to 62 per cent of its height. The view is what the text scrolls in. How much of
 * it stands on the screen at all is told too, and the line that the pointer moves over: from these
 * the app tells where one reads.
 *
 * @param elements By passage id.
 * @param onProblem Called when a report is refused; its time is reported again with the next.
 * @returns Reports what was seen until now: call it before the session is finished.
 */
export function watchPassages(
  session: Pick<Session, "reportPassages">,
  elements: ReadonlyMap<string, Element>,
  signal: AbortSignal,
  onProblem: (error: unknown) => void = () => undefined,
): () => Promise<void> {
  let pending: PassageSeen[] = [];
  const watch = new ReadingWatch({
    passages: () => elements,
    onStretch: ({ start, end, shares, onScreen, line }) => {
      const [from, to] = [new Date(start).toISOString(), new Date(end).toISOString()];
      for (const passage_id of new Set([...shares.keys(), ...onScreen.keys()])) {
        pending.push({
          passage_id,
          visible_share: shares.get(passage_id) ?? 0,
          on_screen: onScreen.get(passage_id) ?? 0,
          line: line?.passage === passage_id ? line.at : null,
          from,
          to,
        });
      }
    },
  });
  const report = async () => {
    watch.cut();
    if (pending.length === 0) return;
    const batch = pending.slice(0, MOST_AT_ONCE);
    pending = pending.slice(MOST_AT_ONCE);
    try {
      await session.reportPassages(batch);
    } catch (error) {
      pending = [...batch, ...pending].slice(-MOST_AT_ONCE);
      onProblem(error);
    }
  };
  if (signal.aborted) return report;
  watch.start();
  const timer = setInterval(() => void report(), REPORT_EVERY_MS);
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(timer);
      watch.stop();
    },
    { once: true },
  );
  return report;
}
