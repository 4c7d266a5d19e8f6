import type { Condition, JsonValue, Prerequisite, Rule, SegmentReference, Serve, Split, Variant } from '@burgee/engine';
import { z } from 'zod';
import type { Exact, Same } from '../frame/exact.ts';

/** Any JSON value; it only has to be there. */
const value = z.custom<JsonValue>((given) => given !== undefined, 'is missing');

/** A condition's whole shape is checked by the domain, which names what is wrong inside; here it only has to be an object. */
export const condition = z
  .custom<Condition>((given) => typeof given === 'object' && given !== null, 'must be a condition')
  .meta({ description: '{ attribute, operator, values, negate?, ignoreCase? }, { all: […] }, { any: […] } or { not: … }' });

export const variant = z.strictObject({ key: z.string(), value }) satisfies z.ZodType<Variant>;
export const variants = z.array(variant).readonly();

export const prerequisite = z.strictObject({
  flag: z.string(),
  variants: z.array(z.string()).readonly(),
}) satisfies z.ZodType<Prerequisite>;

const segment = z.strictObject({
  segment: z.string(),
  negate: z.boolean().exactOptional(),
}) satisfies z.ZodType<SegmentReference>;

const split = z.strictObject({
  by: z.string().exactOptional(),
  salt: z.string().exactOptional(),
  weights: z.array(z.strictObject({ variant: z.string(), weight: z.number() })).readonly(),
}) satisfies z.ZodType<Split>;

/** Exactly one of the two; a union would not say which field of a split is wrong. */
const serve = z
  .strictObject({ variant: z.string().exactOptional(), split: split.exactOptional() })
  .transform(({ variant: one, split: several }, context): Serve => {
    if (one !== undefined && several === undefined) return { variant: one };
    if (several !== undefined && one === undefined) return { split: several };
    context.addIssue({ code: 'custom', message: 'must be { variant } or { split: { weights } }' });
    return z.NEVER;
  });

const ruleFields = {
  title: z.string().exactOptional(),
  when: condition.exactOptional(),
  segments: z.array(segment).readonly().exactOptional(),
  percent: z.number(),
  by: z.string(),
  salt: z.string().exactOptional(),
};

/** A rule as it is sent: the server gives an id to one without, `by` is `default` unless said, and nobody may send a mark. */
export const ruleInput = z.strictObject({
  ...ruleFields,
  id: z.string().exactOptional(),
  by: z.string().default('default'),
  serve,
});
export type RuleInput = z.infer<typeof ruleInput>;

/** A rule as it is answered. */
export const rule = z.strictObject({
  ...ruleFields,
  id: z.string(),
  serve: z.union([z.strictObject({ variant: z.string() }), z.strictObject({ split })]),
}) satisfies z.ZodType<Omit<Rule, 'ramp'>>;

export type Ties = [
  Exact<Same<z.infer<typeof variant>, Variant>>,
  Exact<Same<z.infer<typeof prerequisite>, Prerequisite>>,
  Exact<Same<z.infer<typeof segment>, SegmentReference>>,
  Exact<Same<z.infer<typeof split>, Split>>,
  Exact<Same<z.infer<typeof rule>, Omit<Rule, 'ramp'>>>,
  Exact<Same<RuleInput, Omit<Rule, 'ramp'>>>,
];
