/** What the learner marked, beside the passages of a text. */

import type { Data } from "./report.js";
import { sentenceNumber, sentencesOf } from "./sections.js";

/** Show marks, notes and highlighted sentences as the app or the learner has just said them. */
export function showMarks(sections: ReadonlyMap<string, HTMLElement>, data: Data): void {
  const { marked, lost, notes, passages } = data;
  for (const { id, number } of passages) {
    const section = sections.get(id);
    if (section === undefined) continue;
    const { sentences = [], note = "" } = notes[id] ?? {};
    section.classList.toggle("marked", marked.includes(id));
    section.classList.toggle("lost", lost.includes(id));
    const label = [String(number)];
    if (marked.includes(id)) label.push("⭐ Important");
    if (lost.includes(id)) label.push("⛰️ You were lost here");
    if (note) label.push(`✎ ${note}`);
    section.dataset["label"] = label.join(" · ");
    for (const sentence of sentencesOf(section))
      sentence.classList.toggle("chosen", sentences.includes(sentenceNumber(sentence)));
  }
}
