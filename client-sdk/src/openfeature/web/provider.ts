import {
  type EvaluationContext,
  GeneralError,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  type ResolutionDetails,
} from '@openfeature/web-sdk';
import { type Client, type ClientOptions, createClient } from '../../browser/index.ts';
import { readOptions as checkClientOptions } from '../../browser/options.ts';
import { type Condition, createLifecycle, eventDetails } from '../lifecycle.ts';
import { type ProviderOptions, readOptions } from '../options.ts';
import { createOutcomes } from '../outcomes.ts';
import { givenContext, PROBES, resolutionOf } from '../resolution.ts';
import { createSubject } from './subject.ts';

/** What of a client is used. */
export type ProviderClient = Pick<Client, 'detail' | 'ready' | 'on' | 'identify' | 'status' | 'outcome' | 'close'>;

/** A provider for `@openfeature/web-sdk`. */
export interface BurgeeProvider<C extends ProviderClient = Client> extends Provider {
  /** The client that answers. One that the provider makes begins with OpenFeature's context, or when it is first asked for here. */
  readonly client: C;
}

const TOLD: Readonly<Record<Condition, string>> = {
  ready: 'flags are answered for the context',
  stale: 'the server has not been heard for a while; flags are answered from the last values',
  error: 'there are no values for this context yet; flags answer their defaults',
  fatal: 'the server refuses the key and there are no values; flags answer their defaults',
};

const INITIALIZED = { ready: 'ready', stale: 'ready', error: 'error', fatal: 'fatal' } as const;
/** A change of context that fails is an error to OpenFeature, whatever it failed with. */
const MOVED = { ...INITIALIZED, fatal: 'error' } as const;

/**
 * Makes a provider of a client, or of the options of one, which it then owns and closes. Throws a TypeError for an option that
 * cannot work; nothing throws later. It serves one domain, since it has one context: another one needs a provider of its own.
 *
 * Evaluations are synchronous and from memory, and answer the default with an error code where there is nothing to answer from.
 * READY once there are values for the context, at once where they are stored or were handed over; STALE when the server has not been
 * heard for 40 s; ERROR while there are no values for the context; FATAL when there are none and the key is refused (401, 403). From
 * each it recovers by itself and says so.
 */
export function createProvider<C extends ProviderClient>(client: C, options?: ProviderOptions): BurgeeProvider<C>;
export function createProvider(client: ClientOptions, options?: ProviderOptions): BurgeeProvider;
export function createProvider(
  source: ProviderClient | ClientOptions,
  options: ProviderOptions = {},
): BurgeeProvider<ProviderClient> {
  const { timeout, outcomes } = readOptions(options);
  if (!('detail' in source)) checkClientOptions(source);
  const outcomeOf = createOutcomes(outcomes);
  const events = new OpenFeatureEventEmitter();
  const subject = createSubject(source, createClient, {
    timeout,
    changed(flags) {
      lifecycle.look();
      if (isInitialized && subject.isSettled()) events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...flags] });
    },
    look: () => lifecycle.look(),
  });
  const lifecycle = createLifecycle({ condition: subject.condition, tell, soon: (run) => void setTimeout(run) });
  let isInitialized = false;
  let isClosed = false;

  function tell(now: Condition): void {
    const details = eventDetails(now, TOLD[now]);
    if (now === 'ready') events.emit(ProviderEvents.Ready, details);
    else if (now === 'stale') events.emit(ProviderEvents.Stale, details);
    else events.emit(ProviderEvents.Error, details);
  }

  /** Waits for values; throws where there are none. `takenFor` says what OpenFeature takes the end of it for. */
  async function settle(values: Promise<void>, takenFor: Readonly<Record<Condition, Condition>>): Promise<void> {
    await values;
    const now = subject.condition();
    isInitialized = true;
    lifecycle.settled(takenFor[now]);
    if (now === 'fatal') throw new ProviderFatalError(TOLD.fatal);
    if (now === 'error') throw new GeneralError(TOLD.error);
  }

  const resolve = <T>(type: keyof typeof PROBES, key: string, fallback: T): ResolutionDetails<T> => {
    // a flag may have no value at all: then the caller's default answers, unless it is of another type than was asked for
    const asked = typeof (fallback ?? {}) === type ? fallback : PROBES[type];
    return resolutionOf(subject.client().detail(key, asked as null), fallback);
  };

  return {
    metadata: { name: 'burgee' },
    runsOn: 'client',
    domainScoped: true,
    get client() {
      return subject.client();
    },
    events,
    async initialize(context = {}) {
      if (isClosed) throw new GeneralError('this provider was closed; make a new one');
      await settle(subject.begin(givenContext(context)), INITIALIZED);
    },
    async onContextChange(_before, context) {
      lifecycle.suspend();
      await settle(subject.move(context), MOVED);
    },
    resolveBooleanEvaluation: (key, fallback) => resolve('boolean', key, fallback),
    resolveStringEvaluation: (key, fallback) => resolve('string', key, fallback),
    resolveNumberEvaluation: (key, fallback) => resolve('number', key, fallback),
    resolveObjectEvaluation: <T extends JsonValue>(key: string, fallback: T) => resolve('object', key, fallback),
    track(event: string, _context: EvaluationContext, details) {
      const outcome = outcomeOf(event, details);
      if (outcome !== null) subject.client().outcome(outcome);
    },
    async onClose() {
      isClosed = true;
      subject.close();
    },
  };
}
