/** A step that could not do what it was to do. Its message is for the report. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}
