import type { EvaluationContext, FlagType, Observer, Prepared } from '@burgee/engine';
import { createEvaluator, type Detail, type Evaluator, type EvaluatorControl } from './evaluator.ts';

type Parts = Parameters<typeof createEvaluator>[0];

/** Flag to variant, by an override token. */
export type Variants = ReadonlyMap<string, string>;

const DEAF: Observer = { decided: () => undefined, audience: () => undefined, arm: () => undefined };
const UNSEEN = { observer: DEAF, met: () => undefined, missed: () => undefined };

/**
 * An evaluator for work that may be under an override token. Where it is, flags of the token serve its variants, unless they are
 * killed, and nothing is counted, of no flag: whoever tries something out is no evidence.
 */
export function createForcedEvaluator(parts: Parts, variants: () => Variants | undefined): EvaluatorControl {
  const { use: takeSeen, ...seen } = createEvaluator(parts);
  const { use: takeUnseen, ...unseen } = createEvaluator({ ...parts, ...UNSEEN });
  let prepared: Prepared | undefined;

  const forced = (by: Variants, key: string): Forced | undefined => {
    const variant = by.get(key);
    const flag = variant === undefined ? undefined : prepared?.flag(key);
    if (flag === undefined || flag.killed) return undefined;
    const found = flag.variants.find((one) => one.key === variant);
    return found && { type: flag.type, variant: found.key, value: found.value };
  };

  const reads = (type: Forced['type']) => (key: string, context: EvaluationContext | undefined, fallback: unknown) => {
    const by = variants();
    const answer = by && forced(by, key);
    if (answer?.type === type) return answer.value;
    const plain = by === undefined ? seen : unseen;
    return (plain[type] as (key: string, context: EvaluationContext | undefined, fallback: unknown) => unknown)(
      key,
      context,
      fallback,
    );
  };

  const detail = <T>(key: string, context: EvaluationContext | undefined, fallback: T): Detail<T> => {
    const by = variants();
    const answer = by && forced(by, key);
    const wanted = typeof fallback === 'object' ? 'json' : typeof fallback;
    if (prepared !== undefined && answer?.type === wanted) {
      const { variant, value } = answer;
      return { value: value as T, variant, reason: 'STATIC', revision: prepared.revision, override: true };
    }
    return (by === undefined ? seen : unseen).detail(key, context, fallback as never) as Detail<never>;
  };

  return {
    use(next) {
      prepared = next;
      takeSeen(next);
      takeUnseen(next);
    },
    boolean: reads('boolean') as Evaluator['boolean'],
    string: reads('string') as Evaluator['string'],
    number: reads('number') as Evaluator['number'],
    json: reads('json') as Evaluator['json'],
    detail: detail as Evaluator['detail'],
  };
}

interface Forced {
  readonly type: FlagType;
  readonly variant: string;
  readonly value: unknown;
}
