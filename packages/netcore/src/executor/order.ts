import type { Step } from "./step.js";

interface Mark {
  level: number;
  /** The namespace whose socket sent the latest step of that level. */
  sender: string;
}

interface NetnsMarks {
  barrier: Mark | undefined;
  highest: Mark[];
  links: Map<string, Mark>;
}

/**
 * Arranges steps so that each namespace's socket is used as rarely as possible.
 *
 * Returns levels to run one after the other; within a level the namespaces are independent and each keeps the order
 * of the list. A step goes a level further down only when what it follows (the same interface, or a barrier of the
 * namespace) is sent by another socket: steps of one socket stay in order by themselves.
 */
export function arrange(steps: readonly Step[]): Map<string, Step[]>[] {
  const levels: Map<string, Step[]>[] = [];
  const marks = new Map<string, NetnsMarks>();
  // Within one socket a later step must not come at an earlier level than a barrier or link step it follows.
  for (const step of steps) {
    const level = levelOf(step, marks);
    record(step, level, marks);
    const atLevel = (levels[level] ??= new Map<string, Step[]>());
    const ofNetns = atLevel.get(step.netns);
    if (ofNetns === undefined) atLevel.set(step.netns, [step]);
    else ofNetns.push(step);
  }
  return levels;
}

function levelOf(step: Step, marks: Map<string, NetnsMarks>): number {
  let level = 0;
  const follow = (mark: Mark | undefined) => {
    if (mark === undefined) return;
    level = Math.max(level, mark.sender === step.netns ? mark.level : mark.level + 1);
  };
  for (const netns of namespacesOf(step)) {
    const known = marks.get(netns);
    if (known === undefined) continue;
    follow(known.barrier);
    if (step.isBarrier && netns === step.netns) for (const mark of known.highest) follow(mark);
  }
  for (const { netns, link } of step.touches) follow(marks.get(netns)?.links.get(keyOf(link)));
  return level;
}

function record(step: Step, level: number, marks: Map<string, NetnsMarks>): void {
  const mark: Mark = { level, sender: step.netns };
  for (const netns of namespacesOf(step)) {
    let known = marks.get(netns);
    if (known === undefined) {
      known = { barrier: undefined, highest: [], links: new Map() };
      marks.set(netns, known);
    }
    // The furthest level each sender has reached in this namespace.
    const same = known.highest.find((other) => other.sender === mark.sender);
    if (same === undefined) known.highest.push({ ...mark });
    else same.level = Math.max(same.level, level);
    if (step.isBarrier && netns === step.netns) known.barrier = mark;
  }
  for (const { netns, link } of step.touches) marks.get(netns)?.links.set(keyOf(link), mark);
}

function namespacesOf(step: Step): Set<string> {
  return new Set([step.netns, ...step.touches.map(({ netns }) => netns)]);
}

function keyOf(link: Step["touches"][number]["link"]): string {
  return "ifName" in link ? link.ifName : `#${link.ifIndex}`;
}
