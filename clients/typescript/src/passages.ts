/** Which passages are on the screen, told to the session every few seconds. */

import type { Session } from "./session.js";
import type { PassageSeen } from "./types.js";

const REPORT_EVERY_MS = 3000;
const THRESHOLDS = Array.from({ length: 21 }, (_, step) => step / 20);

/**
 * Watch elements and report their visible shares until the signal ends it.
 *
 * @param elements By passage id.
 * @param onProblem Called when a report is refused; its time is reported again with the next.
 * @returns Reports what was seen until now: call it before the session is finished.
 */
export function watchPassages(
  session: Session,
  elements: Map<string, Element>,
  signal: AbortSignal,
  onProblem: (error: unknown) => void = () => undefined,
): () => Promise<void> {
  const ids = new Map([...elements].map(([id, element]) => [element, id]));
  const shares = new Map<string, { share: number; since: number }>();
  let pending: PassageSeen[] = [];

  const close = (id: string, until: number) => {
    const open = shares.get(id);
    if (open && open.share > 0 && until > open.since) {
      pending.push({
        passage_id: id,
        visible_share: open.share,
        from: new Date(open.since).toISOString(),
        to: new Date(until).toISOString(),
      });
    }
  };
  const observer = new IntersectionObserver(
    (entries) => {
      const now = Date.now();
      for (const entry of entries) {
        const id = ids.get(entry.target);
        if (id === undefined) continue;
        close(id, now);
        // A passage taller than the window is read by the part of the window that it fills.
        const viewport = entry.rootBounds?.height ?? innerHeight;
        const share = Math.max(
          entry.intersectionRatio,
          Math.min(1, entry.intersectionRect.height / viewport),
        );
        shares.set(id, { share: entry.isIntersecting ? share : 0, since: now });
      }
    },
    { threshold: THRESHOLDS },
  );
  for (const element of elements.values()) observer.observe(element);

  const report = async () => {
    const now = Date.now();
    for (const [id, open] of shares) {
      if (!document.hidden) close(id, now);
      open.since = now;
    }
    if (pending.length === 0) return;
    const batch = pending.slice(0, 1000);
    pending = [];
    try {
      await session.reportPassages(batch);
    } catch (error) {
      pending = [...batch, ...pending].slice(-1000);
      onProblem(error);
    }
  };
  const timer = setInterval(() => void report(), REPORT_EVERY_MS);
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(timer);
      observer.disconnect();
    },
    { once: true },
  );
  return report;
}
