/** Of the report. Colours are chosen to be told apart in both schemes; no state is told by its colour alone. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2430; --faint: #5d6878; --line: #d9dee6; --panel: #f5f7fa;
  --good: #1a7f4b; --bad: #c22f2f; --warn: #a86400; --info: #2563c9; --band: #2563c933; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12161d; --ink: #e4e9f1; --faint: #97a3b5; --line: #2c3543; --panel: #1a202a;
    --good: #4cc38a; --bad: #ff7b72; --warn: #e3b341; --info: #79a8ff; --band: #79a8ff33; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1040px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 28px 0 8px; } h3 { font-size: 15px; margin: 16px 0 4px; }
p { margin: 4px 0; } .faint { color: var(--faint); } .why { font-weight: 600; }
.badge { display: inline-block; padding: 1px 10px; border-radius: 10px; border: 1px solid currentColor; font-size: 14px;
  font-weight: 600; vertical-align: 3px; margin-left: 8px; }
.Passed, .passed { color: var(--good); } .Failed, .failed { color: var(--bad); } .Cancelled, .cancelled { color: var(--warn); }
.skipped, .pending { color: var(--faint); } .running, .Running, .TearingDown, .Pending { color: var(--info); }
.figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0; }
.figure { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; min-width: 130px; }
.figure b { display: block; font-size: 20px; } .figure span { color: var(--faint); font-size: 13px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--faint); font-weight: 600; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.chart { width: 100%; height: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.chart text { font: 12px system-ui, sans-serif; fill: var(--ink); } .chart .tick { fill: var(--faint); font-size: 11px; }
.grid, .quiet { stroke: var(--line); } .axis { stroke: var(--faint); } .step { stroke: var(--warn); stroke-dasharray: 4 3; }
.bar { fill: var(--info); } .bar.passed { fill: var(--good); } .bar.failed, .bar.outage, .lost { fill: var(--bad); }
.bar.cancelled, .bar.skipped { fill: var(--warn); } .bar.gap { fill: var(--faint); opacity: .5; }
.rtt { fill: none; stroke: var(--info); stroke-width: 1.5; } .band { fill: var(--band); }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px; overflow-x: auto; font-size: 13px; }
summary { cursor: pointer; margin: 28px 0 8px; font-weight: 600; }
@media print { details > * { display: block; } body { max-width: none; padding: 0; } }
`;
