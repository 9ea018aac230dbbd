import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // One process for all: starting workers would take longer than the tests.
    pool: "threads",
    isolate: false,
    fileParallelism: false,
    unstubGlobals: true,
    restoreMocks: true,
  },
});
