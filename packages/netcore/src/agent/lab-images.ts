import { readFileSync } from "node:fs";
import { LabImages } from "@ratchet/contracts";

/** What the managed pods' container images would do; none without a file. Throws with every problem of the file. */
export function loadLabImages(path: string | undefined): LabImages {
  if (path === undefined) return { pods: {} };
  const result = LabImages.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new Error(`the lab file is not valid: ${problems.join("; ")}`);
}
