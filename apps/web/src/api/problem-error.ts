import { Problem } from "@ratchet/contracts";

/** A refusal in the API's own words. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
    this.problem = problem;
  }

  /** What was wrong, field by field where the API names fields, as one text. */
  get reason(): string {
    const fields = this.problem.errors.map((error) =>
      error.field === "" ? error.message : `${error.field} ${error.message}`,
    );
    const texts = fields.filter((text) => !this.message.includes(text));
    return [this.message, ...texts].join("\n");
  }
}

/** Reads a refused answer; one without a problem document (a proxy's page) still says its status. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const body = await response.json().catch(() => undefined);
  const parsed = Problem.safeParse(body);
  if (parsed.success) return new ProblemError(parsed.data);
  return new ProblemError({
    type: "about:blank",
    title: response.statusText || "Refused",
    status: response.status,
    detail: `The server answered ${response.status} ${response.statusText}`.trim(),
    code: "Internal",
    errors: [],
  });
}

/** The reason of anything thrown while talking to the API. */
export function reasonOf(error: unknown): string {
  if (error instanceof ProblemError) return error.reason;
  if (error instanceof TypeError) return "The server cannot be reached";
  return error instanceof Error ? error.message : String(error);
}
