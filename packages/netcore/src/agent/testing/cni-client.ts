import { request } from "node:http";

export interface CniAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  body: any;
}

/**
 * One request as the CNI executable makes it. Of an answer of several lines the last one: its result with status 200,
 * its problem with 500.
 */
export async function askCni(socketPath: string, verb: string, body?: object): Promise<CniAnswer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const asked = request({ socketPath, path: `/v1/${verb}`, method, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(answerOf(response.statusCode ?? 0, text)));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function answerOf(status: number, text: string): CniAnswer {
  const lines = text.trimEnd().split("\n");
  const body = JSON.parse(lines.at(-1) ?? "");
  if (lines.length === 1) return { status, body };
  return "result" in body ? { status, body: body.result } : { status: 500, body: body.problem };
}
