import { afterEach, expect, test, vi } from "vitest";
import { closeNetns, openNetns } from "../ffi/netns.js";
import { useFreshNetns } from "../ffi/testing/fresh-netns.js";
import type { NetlinkListener } from "../netlink/listener.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { type KernelEvent, type KernelEventsOptions, listenKernelEvents } from "./kernel-events.js";
import { setLink } from "./link.js";
import { ensureNetnsId } from "./netns-id.js";
import { newVeth } from "./veth.js";

const fresh = useFreshNetns();
const listeners: NetlinkListener[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

function listen(options: KernelEventsOptions): KernelEvent[] {
  const events: KernelEvent[] = [];
  listeners.push(listenKernelEvents(options, (event) => events.push(event)));
  return events;
}

test("tells of links, addresses, routes and filters that somebody changes by hand", async () => {
  const panel = fresh("panel");
  const events = listen({ netns: panel.path });
  panel.run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb");
  panel.run("ip", "link", "set", "va", "up");
  panel.run("ip", "link", "set", "vb", "up");
  panel.run("ip", "addr", "add", "10.9.0.1/24", "dev", "va");
  panel.run("ip", "route", "add", "10.10.0.0/16", "via", "10.9.0.2", "proto", "77");
  panel.run("tc", "qdisc", "add", "dev", "va", "clsact");
  const match = ["pref", "1", "handle", "800::800", "protocol", "all", "u32", "match", "u32", "0", "0"];
  const redirect = ["action", "mirred", "egress", "redirect", "dev", "vb"];
  panel.run("tc", "filter", "add", "dev", "va", "ingress", ...match, ...redirect);
  panel.run("tc", "filter", "del", "dev", "va", "ingress");
  panel.run("ip", "addr", "del", "10.9.0.1/24", "dev", "va");
  panel.run("ip", "link", "del", "va");
  await vi.waitFor(() => {
    const shape = (extra: object) => expect.objectContaining({ netnsId: undefined, ...extra });
    expect(events).toContainEqual(
      shape({ type: "link", isGone: false, link: expect.objectContaining({ ifName: "va", kind: "veth" }) }),
    );
    expect(events).toContainEqual(
      shape({ type: "address", isGone: false, address: expect.objectContaining({ address: "10.9.0.1/24" }) }),
    );
    expect(events).toContainEqual(
      shape({ type: "route", isGone: false, route: expect.objectContaining({ to: "10.10.0.0/16", protocol: 77 }) }),
    );
    expect(events).toContainEqual(
      shape({ type: "filter", isGone: false, redirect: expect.objectContaining({ hook: "ingress" }) }),
    );
    expect(events).toContainEqual(shape({ type: "filter", isGone: true }));
    expect(events).toContainEqual(shape({ type: "address", isGone: true }));
    expect(events).toContainEqual(
      shape({ type: "link", isGone: true, link: expect.objectContaining({ ifName: "va" }) }),
    );
  });
});

test("hears a pod's namespace under its id, and when the namespace ends", async () => {
  const panel = fresh("panel");
  const pod = fresh("pod");
  const podFd = openNetns(pod.path);
  let id: number;
  const events = listen({ netns: panel.path, isAllNetns: true });
  try {
    id = NetlinkSocket.use(panel.path, (socket) => {
      socket.request(newVeth({ ifName: "p1" }, { ifName: "in1", netnsFd: podFd }));
      return ensureNetnsId(socket, podFd);
    });
  } finally {
    closeNetns(podFd);
  }
  pod.run("ip", "addr", "add", "10.9.0.1/24", "dev", "in1");
  await vi.waitFor(() =>
    expect(events).toContainEqual(expect.objectContaining({ type: "address", netnsId: id, isGone: false })),
  );
  pod.run("ip", "link", "del", "in1");
  await vi.waitFor(() =>
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "link",
        isGone: true,
        netnsId: undefined,
        link: expect.objectContaining({ ifName: "p1" }),
      }),
    ),
  );
});

test("says so when notifications were lost, and goes on", async () => {
  const panel = fresh("panel");
  const socket = NetlinkSocket.open(panel.path);
  const events = listen({ netns: panel.path, receiveBufferBytes: 4096 });
  try {
    // Up: the kernel tells of an alias only then (netdev_state_change in net/core/dev.c).
    socket.request(newVeth({ ifName: "a", ifIndex: 50, isUp: true }, { ifName: "b" }));
    // All in one turn of the loop, so that nothing is read in between.
    for (let i = 0; i < 200; i++) socket.request(setLink({ ifIndex: 50 }, { alias: `alias ${i}` }));
    await vi.waitFor(() => expect(events).toContainEqual({ type: "overrun" }));
    events.length = 0;
    socket.request(setLink({ ifIndex: 50 }, { alias: "heard again" }));
    await vi.waitFor(() =>
      expect(events).toContainEqual(
        expect.objectContaining({ type: "link", link: expect.objectContaining({ alias: "heard again" }) }),
      ),
    );
  } finally {
    socket.close();
  }
});

test("is silent once closed", async () => {
  const panel = fresh("panel");
  const closed = listen({ netns: panel.path });
  for (const listener of listeners.splice(0)) listener.close();
  const open = listen({ netns: panel.path });
  panel.run("ip", "link", "set", "lo", "up");
  await vi.waitFor(() => expect(open.some((event) => event.type === "link")).toBe(true));
  expect(closed).toEqual([]);
});
