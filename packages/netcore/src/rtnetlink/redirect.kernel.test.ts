import { expect, test } from "vitest";
import { type FreshNetns, useFreshNetns } from "../ffi/testing/fresh-netns.js";
import { isAlreadyExists } from "../netlink/error.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { deleteLink } from "./link.js";
import { addClsact, deleteClsact, dumpQdiscs } from "./qdisc.js";
import { deleteRedirect, readRedirects, setRedirect } from "./redirect.js";
import { newVeth } from "./veth.js";

const fresh = useFreshNetns();

function withPanel(use: (socket: NetlinkSocket, panel: FreshNetns) => void): void {
  const panel = fresh("panel");
  NetlinkSocket.use(panel.path, (socket) => {
    for (const n of [10, 20, 30]) socket.request(newVeth({ ifName: `v${n}`, ifIndex: n }, { ifName: `w${n}` }));
    socket.request(addClsact(10));
    use(socket, panel);
  });
}

/** The targets that `tc` shows for the filters of a device's ingress hook. */
function targetsShown(panel: FreshNetns, device: string): unknown[] {
  const filters = panel.tc("filter", "show", "dev", device, "ingress") as { options?: { actions?: object[] } }[];
  return filters.flatMap(({ options }) => options?.actions ?? []);
}

test("is what tc calls mirred egress redirect, with every frame matching", () => {
  withPanel((socket, panel) => {
    socket.request(setRedirect({ from: 10, to: 20 }));
    expect(targetsShown(panel, "v10")).toMatchObject([
      {
        kind: "mirred",
        mirred_action: "redirect",
        direction: "egress",
        to_dev: "v20",
        control_action: { type: "stolen" },
      },
    ]);
    expect(panel.run("tc", "filter", "show", "dev", "v10", "ingress")).toMatch(
      /pref 1 u32.*fh 800::800.*match 00000000\/00000000 at 0/s,
    );
  });
});

test("is replaced in place: one filter before and after", () => {
  withPanel((socket, panel) => {
    socket.request(setRedirect({ from: 10, to: 20 }));
    socket.request(setRedirect({ from: 10, to: 30 }));
    expect(targetsShown(panel, "v10")).toMatchObject([{ to_dev: "v30" }]);
    expect(readRedirects(socket, [10, 20])).toEqual([{ from: 10, to: 30, hook: "ingress" }]);
  });
});

test("shows * when its target has vanished, and works when set again", () => {
  withPanel((socket) => {
    socket.request(setRedirect({ from: 10, to: 20 }));
    socket.request(deleteLink({ ifIndex: 20 }));
    expect(readRedirects(socket, [10])).toEqual([{ from: 10, to: "*", hook: "ingress" }]);
    socket.request(setRedirect({ from: 10, to: 30 }));
    expect(readRedirects(socket, [10])).toEqual([{ from: 10, to: 30, hook: "ingress" }]);
  });
});

test("is removed, and can be made again after that and after the hook itself went", () => {
  withPanel((socket, panel) => {
    socket.request(setRedirect({ from: 10, to: 20 }));
    socket.request(deleteRedirect(10));
    expect(targetsShown(panel, "v10")).toEqual([]);
    expect(readRedirects(socket, [10])).toEqual([]);
    socket.request(setRedirect({ from: 10, to: 20 }));
    expect(targetsShown(panel, "v10")).toMatchObject([{ to_dev: "v20" }]);
    const [again] = socket.batch([addClsact(10)]);
    expect(again!.ok === false && isAlreadyExists(again!.error)).toBe(true);
    socket.request(deleteClsact(10));
    expect(dumpQdiscs(socket).filter(({ kind }) => kind === "clsact")).toEqual([]);
    socket.batch([addClsact(10), setRedirect({ from: 10, to: 30 })]);
    expect(readRedirects(socket, [10])).toEqual([{ from: 10, to: 30, hook: "ingress" }]);
  });
});

test("of hundreds of devices is read in one batch", () => {
  const panel = fresh("panel");
  NetlinkSocket.use(panel.path, (socket) => {
    const count = 300;
    const indexes = Array.from({ length: count }, (_, i) => 1000 + i);
    socket.batch(indexes.map((ifIndex) => newVeth({ ifName: `v${ifIndex}`, ifIndex }, { ifName: `w${ifIndex}` })));
    const made = socket.batch(indexes.flatMap((from) => [addClsact(from), setRedirect({ from, to: 1000 })]));
    expect(made.flatMap((result) => (result.ok ? [] : [result.error.message]))).toEqual([]);
    expect(readRedirects(socket, indexes)).toEqual(indexes.map((from) => ({ from, to: 1000, hook: "ingress" })));
  });
});
