import type { Link } from "@ratchet/contracts";
import { useCarrier } from "../../hooks/use-carrier.js";
import { clockTime } from "../time.js";
import { Section } from "./section.js";

/** So many of the last changes are shown; the rest are counted. */
const SHOWN = 4;

/** When each end lost its carrier and got it again. */
export function CarrierSection({ link }: { link: Link }) {
  const ends = useCarrier(link).filter(({ count }) => count !== null);
  if (ends.length === 0) return null;
  return (
    <Section title="Carrier">
      <table className="facts" aria-label="Changes of carrier by end, the newest first" data-testid="panel-carrier">
        <tbody>
          {ends.map(({ end, count, last }) => (
            <tr key={end}>
              <th scope="row" className="mono">
                {end}
              </th>
              <td className="num">
                {count} {count === 1 ? "change" : "changes"}
                {last
                  .slice(-SHOWN)
                  .reverse()
                  .map(({ at, carrier }) => (
                    <div key={at}>
                      {clockTime(at)} {carrier ? "up" : "lost"}
                    </div>
                  ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
