/** Something the lab's user can mend: printed without a stack, exit code `exitCode`. */
export class LabError extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
    this.name = "LabError";
  }
}
