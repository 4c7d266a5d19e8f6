/** One measured number beside what it must reach. */
export interface Figure {
  readonly bench: string;
  readonly row: number;
  readonly figure: string;
  readonly value: number | null;
  readonly unit: string;
  /** `≤ 9`, or null where nothing is promised. */
  readonly bar: string | null;
  readonly ok: boolean;
  /** What other rules make of the same traces, by name. */
  readonly peers: Readonly<Record<string, number>>;
}

interface Measured {
  readonly figure: string;
  /** null: could not be measured, for the reason that the figure's name gives. */
  readonly value: number | null;
  readonly unit: string;
  readonly peers?: Figure['peers'];
}

/** Makes the figures of one row. */
export function figuresOf(bench: string, row: number) {
  const make = (measured: Measured, bar: string | null, ok: boolean): Figure => ({
    ...{ bench, row, peers: {} },
    ...measured,
    value: measured.value === null ? null : Number(measured.value.toPrecision(6)),
    bar,
    ok,
  });
  return {
    atMost: (measured: Measured, bar: number): Figure =>
      make(measured, `≤ ${Number(bar.toPrecision(6))}`, measured.value !== null && measured.value <= bar),
    atLeast: (measured: Measured, bar: number): Figure =>
      make(measured, `≥ ${Number(bar.toPrecision(6))}`, measured.value !== null && measured.value >= bar),
    shown: (measured: Measured): Figure => make(measured, null, true),
  };
}

/** A row of the table for people: figures in order, misses marked. */
export function tableOf(title: string, figures: readonly Figure[]): string {
  const lines = figures.map(({ figure, value, unit, bar, ok, peers }) => {
    const others = Object.entries(peers).map(([name, x]) => `\n        ${name}: ${x}`);
    const measured = `${value === null ? 'not measured' : `${value} ${unit}`}`;
    return `  ${ok ? '   ' : 'NO '} ${figure}: ${measured}${bar === null ? '' : `  (bar ${bar})`}${others.join('')}`;
  });
  return [title, ...lines].join('\n');
}
