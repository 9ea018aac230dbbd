/**
 * What the app's pages load in the browser. It is committed, for the app must start without node:
 * `npm run check` compares it with its source.
 */

import type { RolldownOptions } from "rolldown";

export const PAGE_SCRIPTS = {
  text_view: "../../app/reading/frontend/text_view",
  companion: "../../app/parts/frontend/companion",
  player: "../../app/parts/frontend/player",
} as const;

export const pageBuild = (name: keyof typeof PAGE_SCRIPTS) =>
  ({
    input: `${PAGE_SCRIPTS[name]}.ts`,
    platform: "browser",
    output: {
      file: `${PAGE_SCRIPTS[name]}.js`,
      banner: `// Made from ${name}.ts by \`npm run build\` in clients/typescript: change that.`,
    },
  }) satisfies RolldownOptions;

export default [pageBuild("text_view"), pageBuild("companion"), pageBuild("player")];
