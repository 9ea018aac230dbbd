/** The API's demo page. Its script is not committed: who serves the demo builds it. */

import { defineConfig } from "rolldown";

export default defineConfig({
  input: "demo/demo.ts",
  platform: "browser",
  output: { file: "../../fer_core/api/demo/demo.js" },
});
