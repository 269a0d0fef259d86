import * as z from 'zod';

/** Numbers of one unit as bars: a group of bars for each row, one for each series. */
export const chart = z.object({
  title: z.string(),
  unit: z.string(),
  series: z.array(z.string()).readonly(),
  rows: z.array(z.object({ label: z.string(), values: z.array(z.number()).readonly() })).readonly(),
});

export type Chart = Readonly<z.infer<typeof chart>>;

const WIDTH = 760;
const LEFT = 210;
/** Room for the number at the end of the longest bar. */
const RIGHT = 90;
const TOP = 64;
const BAR = 13;
const GAP = 12;

/** Light and dark; each colour stands out from its background. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .ground { fill: #ffffff; }
  .s0 { fill: #8c959f; } .s1 { fill: #0969da; } .s2 { fill: #bc4c00; } .s3 { fill: #1a7f37; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ground { fill: #0d1117; }
    .s0 { fill: #848d97; } .s1 { fill: #58a6ff; } .s2 { fill: #f0883e; } .s3 { fill: #3fb950; }
  }
`;

/** A number as people read it: three significant digits, whole ones as they are. */
export function shown(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return Number(value.toPrecision(value < 1000 ? 3 : 4)).toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const withUnit = (value: number, unit: string): string => `${shown(value)} ${unit}`.trim();

/** The chart as an SVG file that reads well on light and on dark pages. */
export function svgOf({ title, unit, series, rows }: Chart): string {
  const rowHeight = series.length * BAR + GAP;
  const height = TOP + rows.length * rowHeight;
  const most = Math.max(...rows.flatMap(({ values }) => values), Number.MIN_VALUE);
  const long = (value: number): string => ((value / most) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const bars = rows.flatMap(({ label, values }, row) => {
    const top = TOP + row * rowHeight;
    const middle = top + (values.length * BAR) / 2 + 4;
    return [
      `<text x="${String(LEFT - 8)}" y="${String(middle)}" text-anchor="end">${escaped(label)}</text>`,
      ...values.map((value, index) => barOf(index, top, { width: long(value), words: withUnit(value, unit) })),
    ];
  });
  const heading = unit === '' ? title : `${title} (${unit})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" role="img" aria-label="${escaped(heading).replaceAll('"', '&quot;')}">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${String(WIDTH)}" height="${String(height)}" />`,
    `<text class="title" x="16" y="26">${escaped(heading)}</text>`,
    ...legendOf(series),
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

interface Bar {
  readonly width: string;
  readonly words: string;
}

function barOf(index: number, topOfRow: number, { width, words }: Bar): string {
  const top = topOfRow + index * BAR;
  const bar = `<rect class="s${String(index % 4)}" x="${String(LEFT)}" y="${String(top)}" width="${width}" height="${String(BAR - 2)}" rx="2" />`;
  return `${bar}<text x="${String(LEFT + Number(width) + 6)}" y="${String(top + BAR - 3)}">${escaped(words)}</text>`;
}

const LEGEND_CHARACTER = 7;

function legendOf(series: readonly string[]): readonly string[] {
  let left = LEFT;
  return series.map((name, index) => {
    const at = left;
    left += name.length * LEGEND_CHARACTER + 34;
    const square = `<rect class="s${String(index % 4)}" x="${String(at)}" y="38" width="11" height="11" rx="2" />`;
    return `${square}<text x="${String(at + 16)}" y="48">${escaped(name)}</text>`;
  });
}
