import type { EvaluationContext, FlagType, JsonValue } from '@burgee/engine';
import { createDispatcher } from '../dispatcher.ts';
import type { Evaluator as AnyEvaluator, Detail } from '../evaluator.ts';
import type { ClientEvents, Readiness } from '../events.ts';
import type { FlagKey, FlagValue } from '../flags/index.ts';
import type { Client, WorkOutcome } from '../node/index.ts';
import { createRequestView } from '../request-view.ts';
import { askTable, differing, type FlagTable, readFlags, type TestFlag, type TestFlags, typeOf } from './test-flags.ts';
import { createWorks, type TestOutcome } from './works.ts';

/** One evaluation, as it was answered. */
export interface TestEvaluation extends Detail<unknown> {
  readonly key: string;
  readonly context: EvaluationContext;
}

/** A client in memory: the interface of `createClient`'s without a server, with a say over its flags, and a record. */
export interface TestClient extends Client {
  /** From now on the flag serves this; a `changed` event tells. */
  set<K extends FlagKey>(key: K, served: TestFlag<FlagValue<K, JsonValue>>): void;
  /** The same for several flags in one change; those not named stay as they are. */
  set(flags: TestFlags): void;
  /** From now on there is no such flag: callers get their defaults. */
  unset(key: FlagKey): void;
  /** Back to the flags that it was made with; the record is emptied. Listeners stay. */
  reset(): void;
  /** The newest 10,000, oldest first. */
  readonly evaluations: readonly TestEvaluation[];
  /** The newest 10,000, oldest first. */
  readonly outcomes: readonly TestOutcome[];
  /** Keys that were asked for and are no flags here, each once: what a test forgot to set, or code misspells. */
  readonly unknown: readonly string[];
}

const MOST = 10_000;
const tables = new WeakMap<TestClient, () => FlagTable>();

/** What a client serves now. Asking it leaves no record. */
export function tableOf(client: TestClient): FlagTable {
  const table = tables.get(client)?.();
  if (table === undefined) throw new TypeError('this is no client of withFlags');
  return table;
}

/**
 * Makes a client for tests. It answers these flags, ready at once; any other flag answers the caller's default and is listed in
 * `unknown`. Nothing is sent anywhere and nothing needs to be closed. Throws a TypeError for what no flag can serve.
 */
export function withFlags(flags: TestFlags = {}): TestClient {
  const events = createDispatcher<ClientEvents>((error) => console.warn('burgee: a listener failed:', error));
  const evaluations: TestEvaluation[] = [];
  const outcomes: TestOutcome[] = [];
  const unknown = new Set<string>();
  const works = createWorks((outcome) => record(outcomes, outcome));
  const original = readFlags(flags);
  let table: FlagTable = { served: original, revision: { epoch: 1, n: 1 } };
  let isClosed = false;

  const swap = (served: FlagTable['served']): void => {
    const changed = differing(table.served, served);
    if (changed.length === 0) return;
    table = { served, revision: { epoch: 1, n: table.revision.n + 1 } };
    events.emit('changed', { flags: changed, revision: table.revision });
  };

  /** Answers from the table that is in force when asked, or from one that stays. */
  const evaluatorOn = (tableNow: () => FlagTable): AnyEvaluator => {
    const ask = <T>(type: FlagType, key: string, given: EvaluationContext | undefined, fallback: T): Detail<T> => {
      const context = given ?? works.context() ?? {};
      const answer = askTable(tableNow(), { key, type, context, fallback });
      if (answer.errorCode === 'FLAG_NOT_FOUND') unknown.add(key);
      works.met(key);
      record(evaluations, { ...answer, key, context });
      return answer;
    };
    return {
      boolean: (key, context, fallback) => ask('boolean', key, context, fallback).value,
      string: (key, context, fallback) => ask('string', key, context, fallback).value,
      number: (key, context, fallback) => ask('number', key, context, fallback).value,
      json: (key, context, fallback) => ask('json', key, context, fallback).value,
      detail: (key: string, context: EvaluationContext | undefined, fallback: unknown) =>
        ask(typeOf(fallback) ?? 'json', key, context, fallback as never),
    };
  };
  const readiness = (): Readiness => ({ source: 'live', ready: true, revision: table.revision });
  // as the first ruleset of a client with a server: once whoever made it has had the time to listen
  queueMicrotask(() => events.emit('ready', readiness()));

  const client = {
    ...evaluatorOn(() => table),
    forRequest(context?: EvaluationContext) {
      const held = table;
      return createRequestView(
        evaluatorOn(() => held),
        context ?? works.context() ?? {},
        held.revision,
      );
    },
    ready: async () => readiness(),
    on: events.on,
    status: () => ({
      ...readiness(),
      project: 'test',
      environment: 'test',
      connection: isClosed ? 'closed' : 'streaming',
      stale: false,
      reports: { sent: 0, dropped: 0, failing: null },
    }),
    middleware: () => works.middleware,
    run: works.run,
    outcome: (context: EvaluationContext | undefined, outcome?: WorkOutcome) => works.outcome(context, outcome),
    baggage: (incoming = '') => incoming,
    async close() {
      isClosed = true;
      events.clear();
    },
    set(first: string | TestFlags, served?: unknown) {
      swap(new Map([...table.served, ...readFlags(typeof first === 'string' ? { [first]: served } : first)]));
    },
    unset: (key: string) => swap(new Map([...table.served].filter(([one]) => one !== key))),
    reset() {
      evaluations.length = 0;
      outcomes.length = 0;
      unknown.clear();
      swap(original);
    },
    evaluations,
    outcomes,
    get unknown() {
      return [...unknown];
    },
  };
  // the typed interface is narrower than this where flags are declared: here any key is answered
  const typed = client as unknown as TestClient;
  tables.set(typed, () => table);
  return typed;
}

function record<T>(list: T[], one: T): void {
  if (list.push(one) > MOST) list.shift();
}
