import {
  type EvaluationContext,
  GeneralError,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import { type Client, type ClientOptions, createClient } from '../../node/index.ts';
import { type Condition, createLifecycle, eventDetails, isRefusal } from '../lifecycle.ts';
import { type ProviderOptions, readOptions } from '../options.ts';
import { createOutcomes } from '../outcomes.ts';
import { givenContext, PROBES, resolutionOf } from '../resolution.ts';

/** What of a client is used; a client of `@burgee/client-sdk/testing` has it too. */
export type ProviderClient = Pick<Client, 'detail' | 'ready' | 'on' | 'status' | 'outcome' | 'close'>;

/** A provider for `@openfeature/server-sdk`. */
export interface BurgeeProvider<C extends ProviderClient = Client> extends Provider {
  /** The client that answers: its middleware and `run` attribute outcomes of whole requests and jobs. */
  readonly client: C;
}

const TOLD: Readonly<Record<Condition, string>> = {
  ready: 'flags are answered from current rules',
  stale: 'the server has not been heard for a while; flags are answered from the last rules',
  error: 'there are no rules yet; flags answer their defaults',
  fatal: 'the server refuses the key and there are no rules; flags answer their defaults',
};

/**
 * Makes a provider of a client, or of the options of one, which it then owns and closes. Throws a TypeError for an option that
 * cannot work; nothing throws later.
 *
 * Evaluations are local, about 1 µs, and answer the default with an error code where there is nothing to answer from. READY once
 * there are rules, from wherever; STALE when the server has not been heard for 30 s; ERROR while there are no rules at all; FATAL
 * when there are none and the key is refused (401, 403). From each it recovers by itself and says so.
 */
export function createProvider<C extends ProviderClient>(client: C, options?: ProviderOptions): BurgeeProvider<C>;
export function createProvider(client: ClientOptions, options?: ProviderOptions): BurgeeProvider;
export function createProvider(
  source: ProviderClient | ClientOptions,
  options: ProviderOptions = {},
): BurgeeProvider<ProviderClient> {
  const { timeout, outcomes } = readOptions(options);
  const isOwn = !('detail' in source);
  const client = isOwn ? createClient(source) : source;
  const outcomeOf = createOutcomes(outcomes);
  const events = new OpenFeatureEventEmitter();
  let refused = false;
  let isClosed = false;
  let wake: (() => void) | undefined;
  let setId: string | undefined;

  const condition = (): Condition => {
    const { ready, stale } = client.status();
    if (!ready) return refused ? 'fatal' : 'error';
    return stale ? 'stale' : 'ready';
  };
  const lifecycle = createLifecycle({ condition, tell, soon: setImmediate });

  function tell(now: Condition): void {
    const details = eventDetails(now, TOLD[now]);
    if (now === 'ready') events.emit(ProviderEvents.Ready, details);
    else if (now === 'stale') events.emit(ProviderEvents.Stale, details);
    else events.emit(ProviderEvents.Error, details);
  }

  /** Looked up when rules come, not for every evaluation. */
  const identify = (): void => {
    const { project, environment } = client.status();
    if (project !== null) setId = `${project}/${environment}`;
  };
  identify();

  const subscriptions = [
    client.on('ready', () => {
      identify();
      lifecycle.look();
    }),
    client.on('stale', lifecycle.look),
    client.on('recovered', lifecycle.look),
    client.on('changed', ({ flags }) => {
      identify();
      lifecycle.look();
      if (lifecycle.isOpen()) events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...flags] });
    }),
    client.on('error', (error) => {
      if (!isRefusal(error)) return;
      refused = true;
      wake?.();
      lifecycle.look();
    }),
  ];

  const resolve = async <T>(
    probe: (typeof PROBES)[keyof typeof PROBES],
    key: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> => resolutionOf(client.detail(key, givenContext(context), probe as null), fallback, setId);

  return {
    metadata: { name: 'burgee' },
    runsOn: 'server',
    ...(isOwn && 'cacheDir' in source && source.cacheDir !== undefined ? { domainScoped: true } : {}),
    client,
    events,
    async initialize() {
      if (isClosed) throw new GeneralError('this provider was closed; make a new one');
      const whenRefused = new Promise<void>((settle) => {
        wake = settle;
      });
      await Promise.race([client.ready({ timeout }), refused ? undefined : whenRefused]);
      const now = condition();
      lifecycle.settled(now === 'stale' ? 'ready' : now);
      if (now === 'fatal') throw new ProviderFatalError(TOLD.fatal);
      if (now === 'error') throw new GeneralError(TOLD.error);
    },
    resolveBooleanEvaluation: (key, fallback, context) => resolve(PROBES.boolean, key, fallback, context),
    resolveStringEvaluation: (key, fallback, context) => resolve(PROBES.string, key, fallback, context),
    resolveNumberEvaluation: (key, fallback, context) => resolve(PROBES.number, key, fallback, context),
    resolveObjectEvaluation: <T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) =>
      resolve(PROBES.object, key, fallback, context),
    track(event, context, details) {
      const outcome = outcomeOf(event, details);
      if (outcome !== null) client.outcome(givenContext(context), outcome);
    },
    async onClose() {
      isClosed = true;
      for (const stop of subscriptions) stop();
      if (isOwn) await client.close();
    },
  };
}
