import type { AttributeReader } from "../netlink/attribute-reader.js";
import type { MessageWriter } from "../netlink/message-writer.js";

// include/uapi/linux/pkt_sched.h
const TCA_NETEM_CORR = 1;
const TCA_NETEM_DELAY_DIST = 2;
const TCA_NETEM_REORDER = 3;
const TCA_NETEM_CORRUPT = 4;
const TCA_NETEM_LOSS = 5;
const TCA_NETEM_LATENCY64 = 10;
const TCA_NETEM_JITTER64 = 11;
const NETEM_LOSS_GE = 2;
/** struct tc_netem_qopt: latency, limit, loss, gap, duplicate, jitter. */
export const NETEM_QOPT_BYTES = 24;

/** In the kernel's figures: probabilities are shares of 2^32 - 1. */
export interface Netem {
  latencyNs: number;
  jitterNs: number;
  delayCorrelation: number;
  limitFrames: number;
  gap: number;
  duplicate: number;
  reorder: number;
  reorderCorrelation: number;
  corrupt: number;
  /** Gilbert-Elliott; a share `h` of those in the bad state survives, a share `k1` of those in the good one is lost. */
  loss: { p: number; r: number; h: number; k1: number };
}

/**
 * The options of a netem qdisc. Everything is said every time: what is left out of a change, netem keeps
 * (netem_change in net/sched/sch_netem.c). `table`: quantiles of the jitter's spread.
 */
export function writeNetem(writer: MessageWriter, netem: Netem, table: Int16Array): void {
  const { latencyNs, jitterNs, delayCorrelation, limitFrames, gap, duplicate, loss } = netem;
  for (const figure of [0, limitFrames, 0, gap, duplicate, 0]) writer.u32(figure);
  writer.attrBytes(TCA_NETEM_CORR, words(delayCorrelation, 0, 0));
  if (jitterNs > 0)
    writer.attrBytes(TCA_NETEM_DELAY_DIST, new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
  writer.attrBytes(TCA_NETEM_REORDER, words(netem.reorder, netem.reorderCorrelation));
  writer.attrBytes(TCA_NETEM_CORRUPT, words(netem.corrupt, 0));
  const nest = writer.beginNest(TCA_NETEM_LOSS);
  writer.attrBytes(NETEM_LOSS_GE, words(loss.p, loss.r, loss.h, loss.k1));
  writer.endNest(nest);
  writer.attrU64(TCA_NETEM_LATENCY64, BigInt(latencyNs));
  writer.attrU64(TCA_NETEM_JITTER64, BigInt(jitterNs));
}

/** Reads the options, which begin with a struct that is no attribute. `options` must stand behind it. */
export function readNetem(
  qopt: { limitFrames: number; gap: number; duplicate: number },
  options: AttributeReader,
): Netem {
  const netem: Netem = {
    latencyNs: 0,
    jitterNs: 0,
    delayCorrelation: 0,
    limitFrames: qopt.limitFrames,
    gap: qopt.gap,
    duplicate: qopt.duplicate,
    reorder: 0,
    reorderCorrelation: 0,
    corrupt: 0,
    loss: { p: 0, r: 0, h: 0, k1: 0 },
  };
  while (options.next()) {
    switch (options.type) {
      case TCA_NETEM_CORR:
        netem.delayCorrelation = options.u32();
        break;
      case TCA_NETEM_REORDER:
        netem.reorder = options.u32();
        netem.reorderCorrelation = options.u32(4);
        break;
      case TCA_NETEM_CORRUPT:
        netem.corrupt = options.u32();
        break;
      case TCA_NETEM_LATENCY64:
        netem.latencyNs = options.u64();
        break;
      case TCA_NETEM_JITTER64:
        netem.jitterNs = options.u64();
        break;
      case TCA_NETEM_LOSS: {
        const model = options.nested();
        while (model.next()) {
          if (model.type !== NETEM_LOSS_GE) continue;
          netem.loss = { p: model.u32(), r: model.u32(4), h: model.u32(8), k1: model.u32(12) };
        }
        break;
      }
    }
  }
  return netem;
}

function words(...figures: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(figures).buffer);
}
