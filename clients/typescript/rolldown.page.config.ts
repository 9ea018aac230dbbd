/**
 * The app's text view, as the page loads it. It is committed, for the app must start without node:
 * `npm run check` compares it with its source.
 */

import type { BuildOptions } from "rolldown";

export default {
  input: "../../app/reading/frontend/text_view.ts",
  platform: "browser",
  output: {
    file: "../../app/reading/frontend/text_view.js",
    banner: "// Made from text_view.ts by `npm run build` in clients/typescript: change that.",
  },
} satisfies BuildOptions;
