import type { Flag } from '@burgee/server/api';
import type { NewRule, Targeting } from '../api/changes.ts';

const DRAFT = 'new:';

/** A new rule's name until the server gives it its id. */
export const draftId = (): string => `${DRAFT}${crypto.randomUUID().slice(0, 8)}`;

/** The targeting as it is sent: new rules without ids, empty parts left out. */
export function sent(targeting: Targeting): Targeting {
  return {
    ...targeting,
    rules: targeting.rules.map(({ id, title, when, segments, ...rule }) => ({
      ...rule,
      ...(id === undefined || id.startsWith(DRAFT) ? {} : { id }),
      ...(title === undefined || title === '' ? {} : { title }),
      ...(when === undefined || isEmpty(when) ? {} : { when }),
      ...(segments === undefined || segments.length === 0 ? {} : { segments }),
    })),
  };
}

function isEmpty(when: NonNullable<NewRule['when']>): boolean {
  return 'all' in when && when.all.length === 0;
}

/** What a rule of this flag serves when nobody chose: the first variant that is not the off variant. */
export function servedFirst(flag: Pick<Flag, 'variants'>, offVariant: string): string {
  return flag.variants.find((variant) => variant.key !== offVariant)?.key ?? offVariant;
}

/** A rule for everyone, serving the first variant that is not off. */
export function ruleForAll(flag: Pick<Flag, 'variants'>, offVariant: string, percent: number): NewRule {
  return { id: draftId(), percent, by: 'default', serve: { variant: servedFirst(flag, offVariant) } };
}

/** Environments whose changes are confirmed. */
export const isProduction = (environment: string): boolean => /^(prod|live)/i.test(environment);
