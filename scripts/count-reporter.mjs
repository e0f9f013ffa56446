/**
 * Prints `N passed, N failed` as the very last line of a test run, over all projects.
 *
 * A suite that could not be loaded, an error outside any test and a failed lint count
 * as one failure each: a run is never green because something did not run.
 */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    // A test that did not run is no proof. In CI that is a failure (house rule).
    for (const name of skipped) process.stderr.write(`did not run: ${name}\n`);
    if (process.env.CI && skipped.length > 0) failed += skipped.length;
    if (process.env.RATCHET_LINT_FAILED) {
      process.stderr.write("lint failed: its findings are above\n");
      failed += 1;
    }
    if (passed + failed === 0) {
      process.stderr.write("no test ran\n");
      failed = 1;
    }
    if (failed > 0) process.exitCode = 1;
    // Other reporters still write after this event; the exit is behind them all.
    process.once("exit", () => process.stdout.write(`\n${passed} passed, ${failed} failed\n`));
  }
}
