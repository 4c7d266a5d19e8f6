/** `5 %`, `0.1 %`, `2.007 %`: a percent as people read it, at most three decimals. */
export function percentText(percent: number): string {
  return `${Number(percent.toFixed(3))} %`;
}

/** A rate (0…1) in percent, with a digit more where it is small: `5.2 %`, `0.04 %`. */
export function rateText(rate: number): string {
  const percent = rate * 100;
  if (percent === 0) return '0 %';
  return `${percent.toFixed(percent < 0.095 ? 2 : 1)} %`;
}

/** `1,830` */
export function countText(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A chance as odds, rounded to the safe side: `1 in 1,000`. */
export function oddsText(chance: number): string {
  return `1 in ${countText(Math.floor(1 / chance + 1e-9))}`;
}

/** `2 minutes`, `45 seconds`, for sentences. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return plural(seconds, 'second');
  if (seconds < 5_400) return plural(Math.round(seconds / 60), 'minute');
  if (seconds < 129_600) return plural(Math.round(seconds / 3_600), 'hour');
  return plural(Math.round(seconds / 86_400), 'day');
}

export function plural(n: number, word: string): string {
  return `${countText(n)} ${word}${n === 1 ? '' : 's'}`;
}
