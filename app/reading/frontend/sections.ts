/** Passages as elements: everything goes in as text, never as markup. */

import type { Passage } from "./report.js";

export function section({ id, headings, text, paragraphs, direction }: Passage): HTMLElement {
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

export function sentenceNumber(sentence: HTMLElement): number {
  return Number(sentence.dataset["sentence"]);
}

/** Return the sentences of a passage's section, in order. */
export function sentencesOf(section: HTMLElement): HTMLElement[] {
  return [...section.querySelectorAll<HTMLElement>("[data-sentence]")];
}

/** Return the passage in which sentences are selected, and their numbers; null: none is. */
export function selectedIn(
  root: HTMLElement,
  sections: ReadonlyMap<string, HTMLElement>,
): [string, number[]] | null {
  const node = root.getRootNode() as { getSelection?: () => Selection | null };
  const selection = node.getSelection?.() ?? document.getSelection();
  if (selection === null || selection.isCollapsed) return null;
  for (const [id, section] of sections) {
    const sentences = sentencesOf(section)
      .filter((sentence) => selection.containsNode(sentence, true))
      .map(sentenceNumber);
    if (sentences.length > 0) return [id, sentences];
  }
  return null;
}
