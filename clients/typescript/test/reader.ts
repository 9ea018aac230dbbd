/** The app's text view in a document, its text laid out by hand. */

import type { Data, Item, Report } from "../../../app/reading/frontend/report.js";
import type { Component } from "../../../app/reading/frontend/text_view.js";
import { TEXT_VIEW_PAGE } from "./builds.js";
import { find, layOut } from "./layout.js";

export interface Reader {
  component: Component;
  scroller: HTMLElement;
  reports: Report[];
  /** Every item that was reported, once. */
  items: () => Item[];
  passage: (id: string) => HTMLElement;
  /** Hand the component other data, as a rerun of the page does. */
  rerun: (data: Partial<Data>) => void;
  close: () => void;
}

/** Open a text with the given heights of its passages in a view of 1000 pixels. */
export function openReader(
  show: (component: Component) => () => void,
  heights: ReadonlyMap<string, number>,
  data: Partial<Data> = {},
): Reader {
  const host = document.createElement("div");
  host.innerHTML = TEXT_VIEW_PAGE;
  document.body.replaceChildren(host);
  const scroller = find(".scroller");
  scroller.style.overflowY = "auto";
  const article = find("article");
  const sections = () =>
    new Map([...article.querySelectorAll("section")].map((one) => [one.id, one]));
  const lay = () =>
    layOut(
      {
        ...{ scroller, screen: 1200, top: 100, height: 1000, passages: heights },
        padding: () => ({
          above: Number.parseFloat(article.style.paddingTop) || 0,
          below: Number.parseFloat(article.style.paddingBottom) || 0,
        }),
      },
      sections,
    );
  lay();
  // Sections get their places as soon as they are there.
  const replace = article.replaceChildren.bind(article);
  article.replaceChildren = (...nodes) => {
    replace(...nodes);
    const { scrollTop } = scroller;
    lay();
    scroller.scrollTop = scrollTop;
  };
  const reports: Report[] = [];
  const component: Component = {
    parentElement: host,
    data: {
      ...{ text_key: "text", language: "en", part: 0, parts: 1, start: null, jump: 0 },
      words: 100 * heights.size,
      passages: [...heights.keys()].map((id, index) => ({
        ...{ id, headings: [], text: `Words of ${id}.`, direction: "ltr" },
        ...{ number: index + 1, paragraphs: [[[0, 11]]] },
        ...{ words_before: 100 * index, minutes_left: heights.size - index },
      })),
      ...{ marked: [], lost: [], notes: {} },
      look: { size: 19, width: 36, theme: "auto" },
      acked: { stream: "", number: 0 },
      ...data,
    },
    setStateValue: (_, report) => reports.push(structuredClone(report)),
  };
  let close = show(component);
  return {
    ...{ component, scroller, reports },
    items: () => [
      ...new Map(reports.flatMap(({ items }) => items).map(({ n, ...item }) => [n, item])).values(),
    ],
    passage: (id) => find(`#${id}`),
    rerun: (changed) => {
      component.data = { ...component.data, ...changed };
      close = show(component);
    },
    close: () => close(),
  };
}
