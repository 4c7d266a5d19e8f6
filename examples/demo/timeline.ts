/** Prints what happens, with the seconds since the demo began, and keeps what went wrong. */
export class Timeline {
  readonly #began = performance.now();
  readonly #failures: string[] = [];

  /** `  12.3 s  …` */
  say(text: string): void {
    console.log(`${this.seconds().toFixed(1).padStart(6)} s  ${text}`);
  }

  title(text: string): void {
    console.log(`\n${text}`);
  }

  /** A claim that the demo stands or falls with. */
  expect(claim: string, holds: boolean): void {
    this.say(`${holds ? '✓' : '✗'} ${claim}`);
    if (!holds) this.#failures.push(claim);
  }

  seconds(): number {
    return (performance.now() - this.#began) / 1_000;
  }

  get failures(): readonly string[] {
    return this.#failures;
  }
}

/** Waits until `look` answers something, at most `limitMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  limitMs = 30_000,
  everyMs = 50,
): Promise<T> {
  const started = performance.now();
  while (performance.now() - started < limitMs) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, everyMs));
  }
  throw new Error(`waited ${limitMs / 1_000} s in vain: ${what}`);
}
