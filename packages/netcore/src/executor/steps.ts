import type { ErrnoName } from "../ffi/errno.js";
import { addAddress, deleteAddress } from "../rtnetlink/address.js";
import { newBridge } from "../rtnetlink/bridge.js";
import { type LinkChange, setLink } from "../rtnetlink/link.js";
import type { LinkRef } from "../rtnetlink/link-message.js";
import { addClsact } from "../rtnetlink/qdisc.js";
import { deleteRedirect, setRedirect } from "../rtnetlink/redirect.js";
import { addRoute, deleteRoute, type RouteSpec, replaceRoute } from "../rtnetlink/route.js";
import { deleteShaper, setShaper } from "../rtnetlink/shaper.js";
import { newVeth } from "../rtnetlink/veth.js";
import { newVxlan } from "../rtnetlink/vxlan.js";
import type {
  Action,
  AddRoute,
  CreateBridge,
  CreateVeth,
  CreateVxlan,
  DeleteRoute,
  ReplaceRoute,
  SetLink,
} from "./action.js";
import { announcementFrame } from "./announcement.js";
import type { NeededName, Step, StepContext, StepRequest } from "./step.js";
import { writeSysctl } from "./sysctl.js";

const ABSENT: readonly ErrnoName[] = ["ENODEV", "ENOENT", "EADDRNOTAVAIL", "ESRCH"];
// EINVAL is how the kernel says that the device has no clsact.
const NO_FILTER: readonly ErrnoName[] = [...ABSENT, "EINVAL"];
const EXISTS: readonly ErrnoName[] = ["EEXIST"];

/** Splits an action into what each namespace's socket has to do, in order. */
export function stepsOf(action: Action, position: number): Step[] {
  switch (action.op) {
    case "createVeth":
      return createVeth(action, position);
    case "createVxlan":
      return createVxlan(action, position);
    case "createBridge":
      return [createBridge(action, position)];
    case "deleteLinks":
      return [
        {
          action: position,
          netns: action.netns,
          touches: action.links.map((link) => ({ netns: action.netns, link })),
          // Its name and addresses become free with it, for any other interface.
          isBarrier: true,
          needs: [],
          acceptsAbsent: true,
          work: { kind: "deleteLinks", links: action.links },
        },
      ];
    case "setLink":
      return [setLinkStep(action, position)];
    case "addAddress":
      return [
        onLink(position, action.netns, action.link, (ifIndex) => [
          { request: addAddress({ ifIndex, address: action.address, ...given("protocol", action.protocol) }) },
        ]),
      ];
    case "deleteAddress":
      return [
        absentOk(
          onLink(position, action.netns, action.link, (ifIndex) => [
            { request: deleteAddress({ ifIndex, address: action.address }), accept: ABSENT },
          ]),
        ),
      ];
    case "addRoute":
      return [route(action, position, (spec) => ({ request: addRoute(spec) }))];
    case "replaceRoute":
      return [route(action, position, (spec) => ({ request: replaceRoute(spec) }))];
    case "deleteRoute":
      return [absentOk(route(action, position, (spec) => ({ request: deleteRoute(spec), accept: ABSENT })))];
    case "redirect":
      return [
        onLinks(position, action.netns, [action.from, action.to], ([from = 0, to = 0]) => [
          { request: addClsact(from), accept: EXISTS },
          { request: setRedirect({ from, to }) },
        ]),
      ];
    case "removeRedirect":
      return [
        absentOk(
          onLink(position, action.netns, action.from, (from) => [{ request: deleteRedirect(from), accept: NO_FILTER }]),
        ),
      ];
    case "setShaper":
      return [
        onLink(position, action.netns, action.link, (ifIndex) =>
          setShaper(ifIndex, action.shaper, action.jitterTable).map((request) => ({ request })),
        ),
      ];
    case "removeShaper":
      return [
        absentOk(
          onLink(position, action.netns, action.link, (ifIndex) => [
            { request: deleteShaper(ifIndex), accept: NO_FILTER },
          ]),
        ),
      ];
    case "setSysctl":
      return [
        {
          action: position,
          netns: action.netns,
          touches: [],
          isBarrier: true,
          needs: [],
          work: { kind: "inside", run: () => writeSysctl(action.name, action.value) },
        },
      ];
    case "announce": {
      const { netns, link, mac, addresses } = action;
      const run = (context: StepContext) =>
        context.packets(netns).send(
          context.indexOf(netns, link),
          addresses.map((address) => announcementFrame(mac, address)),
        );
      return [
        {
          action: position,
          netns,
          touches: [],
          // It must not overtake the redirect that makes it true, which concerns another interface.
          isBarrier: true,
          needs: needed(netns, link),
          work: { kind: "inside", run },
        },
      ];
    }
  }
}

function createVeth({ end, peer }: CreateVeth, position: number): Step[] {
  const steps: Step[] = [
    {
      action: position,
      netns: end.netns,
      touches: [end, peer].map(({ netns, ifName }) => ({ netns, link: { ifName } })),
      needs: [],
      makes: { netns: end.netns, ifName: end.ifName },
      work: {
        kind: "requests",
        build(context) {
          const { ifName } = end;
          const netnsFd = context.netnsFd(peer.netns);
          const half = { ifName, ...context.chosen(end.netns, ifName), ...shape(end), ...given("isUp", end.isUp) };
          const create = newVeth(half, { ifName: peer.ifName, netnsFd, ...shape(peer) });
          return [{ request: create }, ...aliasOf({ ifName }, end.alias)];
        },
      },
    },
  ];
  const after: LinkChange = { ...given("alias", peer.alias), ...given("isUp", peer.isUp) };
  if (Object.keys(after).length > 0) {
    const link = { ifName: peer.ifName };
    const work: Step["work"] = { kind: "requests", build: () => [{ request: setLink(link, after) }] };
    steps.push({ action: position, netns: peer.netns, touches: [{ netns: peer.netns, link }], needs: [], work });
  }
  return steps;
}

function createVxlan(action: CreateVxlan, position: number): Step[] {
  const { netns, panel, ifName, vni, local, remote, dstPort, parent } = action;
  const steps: Step[] = [
    {
      action: position,
      netns,
      touches: [{ netns: panel, link: { ifName } }],
      needs: parent === undefined ? [] : needed(netns, parent),
      makes: { netns: panel, ifName },
      work: {
        kind: "requests",
        build(context) {
          const request = newVxlan({
            ...{ ifName, vni, local, remote, dstPort },
            ...shape(action),
            ...given("ttl", action.ttl),
            ...given("isUp", action.isUp),
            ...(parent === undefined ? {} : { parentIndex: context.indexOf(netns, parent) }),
            ...context.chosen(panel, ifName),
            netnsFd: context.netnsFd(panel),
          });
          return [{ request }];
        },
      },
    },
  ];
  if (action.alias !== undefined) {
    const alias = action.alias;
    const work: Step["work"] = { kind: "requests", build: () => aliasOf({ ifName }, alias) };
    steps.push({ action: position, netns: panel, touches: [{ netns: panel, link: { ifName } }], needs: [], work });
  }
  return steps;
}

function createBridge(action: CreateBridge, position: number): Step {
  const { netns, ifName } = action;
  return {
    action: position,
    netns,
    touches: [{ netns, link: { ifName } }],
    needs: [],
    makes: { netns, ifName },
    work: {
      kind: "requests",
      build(context) {
        const create = newBridge({
          ifName,
          ...context.chosen(netns, ifName),
          ...shape(action),
          ...given("isUp", action.isUp),
        });
        return [{ request: create }, ...aliasOf({ ifName }, action.alias)];
      },
    },
  };
}

function setLinkStep(action: SetLink, position: number): Step {
  const { netns, link, master, ifName } = action;
  const change: LinkChange = {
    ...shape(action),
    ...given("isUp", action.isUp),
    ...given("alias", action.alias),
    ...given("ifName", ifName),
  };
  return onLinks(position, netns, master ? [link, master] : [link], ([ifIndex = 0, masterIndex = 0]) => [
    { request: setLink({ ifIndex }, master === undefined ? change : { ...change, masterIndex }) },
  ]);
}

function route(
  action: AddRoute | ReplaceRoute | DeleteRoute,
  position: number,
  request: (spec: RouteSpec) => StepRequest,
): Step {
  const { op: _op, netns, link, ...spec } = action;
  if (link !== undefined) return onLink(position, netns, link, (ifIndex) => [request({ ...spec, ifIndex })]);
  // Which interface its next hop is found on, only the addresses set before it tell.
  return {
    action: position,
    netns,
    touches: [],
    isBarrier: true,
    needs: [],
    work: { kind: "requests", build: () => [request(spec)] },
  };
}

function onLink(position: number, netns: string, link: LinkRef, build: (ifIndex: number) => StepRequest[]): Step {
  return onLinks(position, netns, [link], ([ifIndex = 0]) => build(ifIndex));
}

function onLinks(position: number, netns: string, links: LinkRef[], build: (indexes: number[]) => StepRequest[]): Step {
  return {
    action: position,
    netns,
    touches: links.map((link) => ({ netns, link })),
    needs: links.flatMap((link) => needed(netns, link)),
    work: { kind: "requests", build: (context) => build(links.map((link) => context.indexOf(netns, link))) },
  };
}

function absentOk(step: Step): Step {
  return { ...step, acceptsAbsent: true };
}

function needed(netns: string, link: LinkRef): NeededName[] {
  return "ifName" in link ? [{ netns, ifName: link.ifName }] : [];
}

function aliasOf(link: LinkRef, alias: string | undefined): StepRequest[] {
  return alias === undefined ? [] : [{ request: setLink(link, { alias }) }];
}

function shape(of: { mac?: string; mtuBytes?: number }): { mac?: string; mtuBytes?: number } {
  return { ...given("mac", of.mac), ...given("mtuBytes", of.mtuBytes) };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
