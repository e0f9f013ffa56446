/**
 * What a test run came to, and whether it may be tried again in part.
 *
 * @typedef {{ file: string, project: string, passed: number, failed: number }} FileTally `failed` also counts suites
 *   that could not be set up and, in CI, tests that did not run
 * @typedef {{ files: FileTally[], elsewhere: number }} Tally `elsewhere`: failures that belong to no file
 */

/** Their verdict hangs on a real kernel, cluster or browser, which on a shared machine can be late. */
const ON_REAL_MACHINES = ["int", "kernel", "e2e", "kube", "vm"];
/** More than these is no accident. */
const MOST_FILES = 3;

/**
 * The files worth a second run by themselves; none when something failed that cannot be an accident of timing.
 *
 * @param {Tally} tally
 * @returns {string[]}
 */
export function worthAnotherRun({ files, elsewhere }) {
  const failed = files.filter((own) => own.failed > 0);
  const isAccidental = ({ project, file }) => ON_REAL_MACHINES.includes(project) && !isSeeded(file);
  if (elsewhere > 0 || failed.length > MOST_FILES || !failed.every(isAccidental)) return [];
  return failed.map(({ file }) => file);
}

/** What the breaking suite and the soak find is a finding, however seldom. */
function isSeeded(file) {
  return /(^|\/)(chaos|soak)\b/.test(file);
}

/**
 * The first run with what the second says of the files in it.
 *
 * @param {Tally} first
 * @param {Tally} second
 * @returns {Tally}
 */
export function corrected(first, second) {
  const again = new Map(second.files.map((own) => [`${own.project} ${own.file}`, own]));
  return {
    files: first.files.map((own) => again.get(`${own.project} ${own.file}`) ?? own),
    elsewhere: first.elsewhere + second.elsewhere,
  };
}

/**
 * @param {Tally} tally
 * @returns {{ passed: number, failed: number }}
 */
export function sum({ files, elsewhere }) {
  const passed = files.reduce((all, own) => all + own.passed, 0);
  const failed = files.reduce((all, own) => all + own.failed, elsewhere);
  // A run in which nothing ran proves nothing.
  return passed + failed === 0 ? { passed, failed: 1 } : { passed, failed };
}
