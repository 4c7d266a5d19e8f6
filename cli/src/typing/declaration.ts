import type { Attribute, AttributeType, Flag } from '@burgee/server/api';
import { jsonType } from './json-type.ts';
import { jsDoc, literal, union } from './source-text.ts';

/** What a declaration file is about. */
export interface Subject {
  readonly project: string;
  /** Whose attributes; null: those of every environment. */
  readonly environment: string | null;
  readonly flags: readonly Flag[];
  readonly attributes: readonly Pick<Attribute, 'name' | 'types'>[];
}

/** Whom it is for. */
export interface Readers {
  readonly sdk: boolean;
  readonly openfeature: boolean;
  /** Decides which flags are past their expected life, ms. */
  readonly now: number;
}

const DAY = 86_400_000;
/** A flag is deprecated so long before it is expected to be gone. */
const NOTICE_DAYS = 14;
const UNFORMATTED = '// prettier-ignore\n// biome-ignore format: generated\n';
const ATTRIBUTE: Readonly<Record<AttributeType, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  date: 'Date | number | string',
};
const OPENFEATURE = { Boolean: 'boolean', String: 'string', Number: 'number', Object: 'json' } as const;

/**
 * The declaration file. The same subject gives the same text whatever the order of its parts; only the tags of flags that
 * come to the end of their expected life depend on the time.
 */
export function declarationOf(subject: Subject, { sdk, openfeature, now }: Readers): string {
  const { project, environment } = subject;
  const flags = [...subject.flags].sort((a, b) => (a.key < b.key ? -1 : 1));
  const where = `project ${literal(project)}, ${environment === null ? 'every environment' : `environment ${literal(environment)}`}`;
  const parts = [
    `/* eslint-disable */\n// Written by \`burgee types\`: ${where}. Do not edit it, write it again.\nexport {};\n`,
    sdk ? sdkPart(flags, subject.attributes, now) : '',
    openfeature ? openfeaturePart(flags) : '',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function sdkPart(flags: readonly Flag[], attributes: Subject['attributes'], now: number): string {
  // no flag at all would look like no file at all, and then every key is right
  const none =
    "    // No flag is there yet, so that no key is right.\n    '': { type: 'boolean'; value: never; variant: never };\n";
  const members = flags.map((flag) => {
    const variants = union(
      flag.variants.map(({ key }) => literal(key)),
      'never',
    );
    const doc = jsDoc(about(flag), deprecation(flag, now), '    ');
    return `${doc}    ${literal(flag.key)}: { type: '${flag.type}'; value: ${valueType(flag)}; variant: ${variants} };\n`;
  });
  const known = [...attributes]
    .filter(({ name }) => name !== 'targetingKey')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, types }) => {
      const type = types.length === 0 ? 'unknown' : `Attribute<${types.map((each) => ATTRIBUTE[each]).join(' | ')}>`;
      return `    ${literal(name)}?: ${type};\n`;
    });
  const inside = `  interface Flags {\n${members.join('') || none}  }\n\n  interface Attributes {\n${known.join('')}  }\n`;
  return `${UNFORMATTED}declare module '@burgee/client-sdk/flags' {\n${inside}}\n`;
}

/** OpenFeature's clients take their keys from four types that others may declare (@openfeature/core 1.10 and later). */
function openfeaturePart(flags: readonly Flag[]): string {
  const keys = Object.entries(OPENFEATURE).map(([name, type]) => {
    const members = flags.filter((flag) => flag.type === type).map(({ key }) => `\n    | ${literal(key)}`);
    return `  export type ${name}FlagKey =${members.join('') || ' never'};\n`;
  });
  return `${UNFORMATTED}declare module '@openfeature/core' {\n${keys.join('')}}\n`;
}

function valueType({ type, variants }: Flag): string {
  const values = variants.map(({ value }) => value);
  // numbers are tuned: a new one is nothing that code must be compiled for
  if (type === 'boolean' || type === 'number') return type;
  return type === 'string' ? union(values.map(String).map(literal), 'never') : jsonType(values);
}

function about({ key, name, description, type, variants }: Flag): string[] {
  const said = [name === key ? '' : name, description];
  if (type !== 'number') return said;
  const values = variants.map((variant) => `${variant.key} ${variant.value}`).sort();
  return [...said, `Values: ${values.join(', ')}.`];
}

/** Why code should stop asking for the flag, or null. */
function deprecation({ createdAt, lifetimeDays }: Flag, now: number): string | null {
  if (lifetimeDays === null) return null;
  const end = createdAt + lifetimeDays * DAY;
  if (now < end - NOTICE_DAYS * DAY) return null;
  const day = new Date(end).toISOString().slice(0, 10);
  return now < end
    ? `Expected to be gone by ${day}.`
    : `Expected to be gone since ${day}: take it out of the code, then archive it.`;
}
