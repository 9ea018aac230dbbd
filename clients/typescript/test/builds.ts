/** What `npm run build` makes, made anew in memory. */

import { readFileSync } from "node:fs";
import { build, type BuildOptions } from "rolldown";

const here = (path: string) => new URL(path, import.meta.url);

export const TEXT_VIEW = readFileSync(here("../../../app/reading/frontend/text_view.js"), "utf-8");
export const TEXT_VIEW_PAGE = readFileSync(
  here("../../../app/reading/frontend/text_view.html"),
  "utf-8",
);

export const COMPANION = readFileSync(here("../../../app/parts/frontend/companion.js"), "utf-8");
export const COMPANION_PAGE = readFileSync(
  here("../../../app/parts/frontend/companion.html"),
  "utf-8",
);

export const PLAYER = readFileSync(here("../../../app/parts/frontend/player.js"), "utf-8");
export const PLAYER_PAGE = readFileSync(here("../../../app/parts/frontend/player.html"), "utf-8");

export async function built(options: BuildOptions): Promise<string> {
  const { output } = await build({ cwd: here("..").pathname, ...options, write: false });
  return output[0].code;
}

/** Run a script as browsers load it: as a module of its own. */
export async function load<T>(code: string): Promise<T> {
  return (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as T;
}
