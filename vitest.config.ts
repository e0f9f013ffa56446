import { defineConfig } from "vitest/config";

// Tests read the packages' sources, so that a stale build can never be what was tested.
// "import" is not named: it holds for imports by itself, and named it would hold for the require() of packages as well.
const resolve = { conditions: ["@ratchet/source", "module", "node", "default"] };
const ssr = { resolve: { conditions: ["@ratchet/source", "node", "default"] } };
const folders = "{apps,packages,e2e,scripts}";

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: [`${folders}/**/*.test.{ts,tsx}`],
          exclude: ["**/node_modules/**", "**/dist/**", "**/*.{int,kernel,e2e,fuzz,kube,vm}.test.ts"],
          // A machine that is busy with other things is slow, which is no fault.
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "int",
          include: [`${folders}/**/*.int.test.ts`],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "fuzz",
          include: [`${folders}/**/*.fuzz.test.ts`],
          exclude: ["**/node_modules/**", "**/dist/**"],
          // As long as `npm run test:fuzz -- --runs N` wants; each input has a bound of its own.
          testTimeout: 3_600_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "kernel",
          include: [`${folders}/**/*.kernel.test.ts`],
          exclude: ["**/node_modules/**", "**/dist/**"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "vm",
          include: [`${folders}/**/*.vm.test.ts`],
          exclude: ["**/node_modules/**", "**/dist/**"],
          pool: "forks",
          fileParallelism: false,
          // A machine emulated in software, on one that may have other things to do.
          testTimeout: 900_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "kube",
          include: [`${folders}/**/*.kube.test.ts`],
          exclude: ["**/node_modules/**", "**/dist/**"],
          pool: "forks",
          fileParallelism: false,
          // Kubernetes waits for its own reasons, and for a busy machine.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
