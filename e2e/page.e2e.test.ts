import { eventually, isUnplugged } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";
import { OpenPages } from "./open-pages.js";
import type { PageDriver } from "./page-driver.js";

describe("the page, with a real mouse", () => {
  let lab: OpenLab;
  let pages: OpenPages;
  let mine: PageDriver;
  let other: PageDriver;
  let drawn = "";
  let address = "";

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "left");
    await lab.managedPod("c", "right");
    await lab.allUp();
    pages = await OpenPages.begin(lab);
    mine = await pages.open();
    other = await pages.open();
  });
  afterAll(async () => {
    await pages?.close();
    await lab?.close();
  });

  const pings = async (from: string, to: string) =>
    (await (await lab.sandbox(from)).ping(to, { count: 1, withinSeconds: 1 })).received === 1;

  it("a wire drawn from pod to pod carries a ping", async () => {
    await mine.drag(await mine.at("podRim", "a"), await mine.at("podPosition", "b"));
    await mine.page.getByTestId("wire-form").waitFor();
    await mine.page.keyboard.press("Enter");
    const link = await eventually(async () => {
      const [found] = await lab.client.links();
      if (found === undefined) throw new Error("no link was made");
      return found;
    });
    drawn = link.metadata.name;
    const [, far] = link.spec.endpoints;
    address = (far && "addresses" in far ? (far.addresses?.[0] ?? "") : "").split("/")[0] ?? "";
    expect(address).not.toBe("");
    await mine.shows(drawn, "up");
    await other.shows(drawn, "up");
    expect(await pings("a", address)).toBe(true);
  });

  it("cut from the context menu it does not, and the pods see NO-CARRIER", async () => {
    await mine.menu(await mine.at("linkPosition", drawn), /^Cut/);
    await mine.shows(drawn, "down");
    await other.shows(drawn, "down");
    const a = await lab.sandbox("a");
    const [end] = (await lab.client.link(drawn)).spec.endpoints;
    expect(isUnplugged(await a.link(end && "interface" in end ? end.interface : ""))).toBe(true);
    expect(await pings("a", address)).toBe(false);
  });

  it("restored with the keyboard it carries again", async () => {
    const at = await mine.at("linkPosition", drawn);
    await mine.page.mouse.click(at.x, at.y);
    await mine.page.getByTestId("panel").waitFor();
    await mine.page.keyboard.press("x");
    await mine.shows(drawn, "up");
    await other.shows(drawn, "up");
    expect(await pings("a", address)).toBe(true);
  });

  it("its end dragged to another pod reaches that pod", async () => {
    await mine.drag(await mine.end(drawn, 1), await mine.at("podPosition", "c"));
    await eventually(async () => {
      const [, end] = (await lab.client.link(drawn)).spec.endpoints;
      expect(end).toMatchObject({ pod: "c" });
    });
    await mine.shows(drawn, "up");
    await other.shows(drawn, "up");
    expect(await lab.client.link(drawn)).toMatchObject({ status: { transport: "vxlan" } });
    await eventually(async () => expect(await pings("a", address)).toBe(true));
    const c = await lab.sandbox("c");
    expect((await c.exec("ip", "-o", "address")).includes(address)).toBe(true);
  });

  it("undone it is back", async () => {
    await mine.page.keyboard.press("Control+z");
    await eventually(async () => {
      const [, end] = (await lab.client.link(drawn)).spec.endpoints;
      expect(end).toMatchObject({ pod: "b" });
    });
    await mine.shows(drawn, "up");
    await eventually(async () => expect(await pings("a", address)).toBe(true));
  });

  it("a wire deleted is offered back in the toast", async () => {
    const at = await mine.at("linkPosition", drawn);
    await mine.page.mouse.click(at.x, at.y);
    await mine.page.keyboard.press("Delete");
    await other.shows(drawn, null);
    await mine.page.getByTestId("toast-undo").last().click();
    await other.shows(drawn, "up");
    expect(await pings("a", address)).toBe(true);
  });

  it("a pod killed from its menu is Gone, restarted it is back", async () => {
    await mine.menu(await mine.at("podPosition", "b"), /^Kill/);
    await eventually(async () => expect(await other.phase("b")).toBe("Gone"));
    await other.shows(drawn, "down");
    await mine.menu(await mine.at("podPosition", "b"), /^Restart/);
    await other.shows(drawn, "up");
    expect(await pings("a", address)).toBe(true);
  });

  it("what is done elsewhere appears here, and a repair by hand is told", async () => {
    await lab.client.createLink("by-rest", {
      endpoints: [
        { pod: "b", interface: "r1", addresses: ["10.77.0.1/24"] },
        { pod: "c", interface: "r2", addresses: ["10.77.0.2/24"] },
      ],
    });
    await mine.shows("by-rest", "up");
    const panel = lab.panel("left");
    const { status } = await lab.client.link("by-rest");
    await panel.exec("ip", "link", "del", `vx${status.vni}`);
    await mine.page.getByTestId("dock-events").click();
    await mine.page
      .getByTestId("events")
      .getByText(/by-rest/)
      .first()
      .waitFor({ timeout: 30_000 });
    await eventually(async () => expect(await pings("b", "10.77.0.2")).toBe(true));
  });

  it("a refusal is said in the API's own words and changes nothing", async () => {
    await mine.drag(await mine.at("podRim", "a"), await mine.at("podPosition", "c"));
    await mine.page.getByTestId("wire-form").waitFor();
    await mine.page.getByTestId("wire-interface-0").fill("a/b");
    await mine.page.keyboard.press("Enter");
    await eventually(async () => {
      expect(await mine.page.getByTestId("wire-form").textContent()).toMatch(/without '\/'/);
    });
    await mine.page.keyboard.press("Escape");
    expect(await lab.client.links()).toHaveLength(2);
  });

  it("a wire whose addresses come from the pool carries a ping", async () => {
    await mine.drag(await mine.at("podRim", "a"), await mine.at("podPosition", "c"));
    await mine.page.getByTestId("wire-form").waitFor();
    await mine.page.getByTestId("wire-addresses-ipv4").click();
    await mine.page.getByTestId("wire-submit").click();
    const link = await eventually(async () => {
      const found = (await lab.client.links()).find(({ spec }) => spec.autoAddresses === "ipv4");
      if (found === undefined) throw new Error("no link was made");
      return found;
    });
    expect(link.spec.endpoints.map((end) => "addresses" in end && end.addresses !== undefined)).toEqual([false, false]);
    await mine.shows(link.metadata.name, "up");
    const [given = ""] = link.status.endpoints[1]?.autoAddresses ?? [];
    expect(given).toMatch(/\/31$/);
    await mine.page.getByTestId("panel").getByText(given).first().waitFor();
    expect(await pings("a", given.split("/")[0] ?? "")).toBe(true);
    await lab.client.must("DELETE", `/api/v1/namespaces/default/links/${link.metadata.name}`);
    await mine.shows(link.metadata.name, null);
  });

  it("an agent that dies turns its wires to unknown, never to up", async () => {
    await lab.lab.killAgent("right", { restart: false });
    await mine.shows("by-rest", "unknown");
    await mine.shows(drawn, "up");
    expect(await pings("b", "10.77.0.2")).toBe(true);
    await lab.lab.startAgent("right");
    await mine.shows("by-rest", "up");
  });

  it("when the API is gone everything turns to unknown with a banner, and comes back by itself", async () => {
    const a = await lab.sandbox("a");
    await lab.lab.killApi({ restart: false });
    await mine.page.getByTestId("banner").waitFor({ timeout: 30_000 });
    await mine.shows(drawn, "unknown");
    expect((await a.ping(address)).received).toBe(3);
    await lab.lab.startApi();
    await mine.shows(drawn, "up");
    await mine.page.getByTestId("banner").waitFor({ state: "detached", timeout: 30_000 });
  });

  it("a link to a wire opens on that wire", async () => {
    const at = await mine.at("linkPosition", drawn);
    await mine.page.mouse.click(at.x, at.y);
    await mine.page.getByTestId("panel").getByText(drawn).first().waitFor();
    const url = mine.page.url();
    await other.open(url);
    await other.page.getByTestId("panel").getByText(drawn).first().waitFor();
  });

  it("an end that labels have chosen, dragged to another pod, is that pod's from then on, and undone the labels'", async () => {
    await lab.client.createPod({ name: "web-1", labels: { app: "web" } }, { node: "left", sandbox: { managed: true } });
    await lab.client.createLink("chosen", {
      endpoints: [
        { pod: "a", interface: "s1", addresses: ["10.78.0.1/24"] },
        { podSelector: { app: "web" }, interface: "s2", addresses: ["10.78.0.2/24"] },
      ],
      impairments: [{ from: "*:s2", delayMs: 1 }],
    });
    await mine.shows("chosen", "impaired");
    await mine.select("chosen");
    await mine.drag(await mine.end("chosen", 1), await mine.at("podPosition", "c"));
    const isIn = (far: object, pod: string) =>
      eventually(async () => {
        const { spec, status } = await lab.client.link("chosen");
        expect(spec.endpoints[1]).toMatchObject({ ...far, interface: "s2", addresses: ["10.78.0.2/24"] });
        expect(status).toMatchObject({ phase: "Up", endpoints: [{ pod: "a" }, { pod }] });
        return spec.impairments;
      });
    expect(await isIn({ pod: "c" }, "c")).toMatchObject([{ from: "c", delayMs: 1 }]);
    await mine.page.getByText("no longer by app=web").first().waitFor();
    await mine.page.keyboard.press("Control+z");
    expect(await isIn({ podSelector: { app: "web" } }, "web-1")).toMatchObject([{ from: "*:s2" }]);
    await eventually(async () => expect(await pings("a", "10.78.0.2")).toBe(true));
  });

  it("had nothing to complain of but the time without the API", () => {
    const unexpected = pages.complaints.filter((text) => !/WebSocket|ERR_CONNECTION|ERR_EMPTY/.test(text));
    expect(unexpected).toEqual([]);
  });
});
