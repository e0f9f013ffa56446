import { writeFileSync } from "node:fs";

/**
 * Writes what a test run came to, file by file, to the path in RATCHET_TEST_TALLY, for scripts/test.mjs to add up.
 *
 * A suite that could not be loaded and an error outside any test count as one failure each: a run is never green
 * because something did not run.
 */
export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const files = modules.map((module) => {
      let passed = 0;
      let failed = module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else {
          process.stderr.write(`did not run: ${module.relativeModuleId}: ${test.fullName}\n`);
          // A test that did not run is no proof. In CI that is a failure (house rule).
          if (process.env.CI) failed += 1;
        }
      }
      return { file: module.relativeModuleId, project: module.project.name, passed, failed };
    });
    const { RATCHET_TEST_TALLY: path } = process.env;
    if (path !== undefined) writeFileSync(path, JSON.stringify({ files, elsewhere: unhandledErrors.length }));
    if (files.some(({ failed }) => failed > 0) || unhandledErrors.length > 0) process.exitCode = 1;
  }
}
