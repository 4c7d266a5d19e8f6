/** How a provider behaves towards OpenFeature. */
export interface ProviderOptions {
  /** How long initialization, and in a page a change of context, waits for the server, ms; default 2,000. */
  readonly timeout?: number;
  /**
   * Names of tracked events that end a unit of work: `client.track(name, { error, value })`, on servers with a context before the
   * details, is then the outcome of the flags that were evaluated for it. It failed when there is an `error` other than undefined,
   * null and false; `value` is how long the work took, ms. Default: none, since any other event would count as a success.
   */
  readonly outcomes?: readonly string[];
}

const TIMEOUT_MS = 2_000;

/** Throws a TypeError that names the option and what it must be. */
export function readOptions({ timeout = TIMEOUT_MS, outcomes = [] }: ProviderOptions): Required<ProviderOptions> {
  if (!(typeof timeout === 'number' && timeout >= 0))
    throw new TypeError('createProvider: timeout must be a number of milliseconds');
  if (!Array.isArray(outcomes) || outcomes.some((name) => typeof name !== 'string' || name === ''))
    throw new TypeError('createProvider: outcomes must be a list of names of tracked events');
  return { timeout, outcomes };
}
