import type { FlagType, JsonValue, Variant } from '@burgee/engine';
import type { Refuse } from '../mistakes.ts';
import { bytesOf, checkInnerKey, checkUnique, isStorable } from '../text-check.ts';

const MOST_VARIANTS = 100;
const STRING_BYTES = 4 * 1024;
const JSON_BYTES = 64 * 1024;

/** A boolean flag's variants, always. */
export const BOOLEAN_VARIANTS: readonly Variant[] = [
  { key: 'on', value: true },
  { key: 'off', value: false },
];

const VALUES: Readonly<Record<FlagType, (value: JsonValue) => string | null>> = {
  boolean: (value) => (typeof value === 'boolean' ? null : 'must be true or false'),
  number: (value) => (Number.isFinite(value) ? null : 'must be a number, as the flag is of type number'),
  string: (value) => {
    if (typeof value !== 'string') return 'must be a string, as the flag is of type string';
    if (bytesOf(value) > STRING_BYTES) return 'must be at most 4 KiB long';
    return isStorable(value) ? null : 'must not contain NUL or unpaired surrogates';
  },
  json: (value) => {
    const text = JSON.stringify(value);
    if (bytesOf(text) > JSON_BYTES) return 'must be at most 64 KiB of JSON';
    // JSON.stringify writes both as escapes, whatever stood there: an even number of backslashes before is a backslash
    return /(^|[^\\])(\\\\)*\\u(0000|d[89a-f])/.test(text) ? 'must not contain NUL or unpaired surrogates' : null;
  },
};

/** Notes what is wrong with a flag's variants. */
export function checkVariants(type: FlagType, variants: readonly Variant[], at: string, refuse: Refuse): void {
  if (type === 'boolean') {
    const right =
      variants.length === 2 &&
      BOOLEAN_VARIANTS.every(({ key, value }) => variants.some((v) => v.key === key && v.value === value));
    if (!right) refuse(at, 'a boolean flag has exactly the variants "on" (true) and "off" (false)');
    return;
  }
  if (variants.length < 1 || variants.length > MOST_VARIANTS) refuse(at, `must be 1 to ${MOST_VARIANTS} variants`);
  checkUnique(
    variants.map(({ key }) => key),
    (index) => `${at}[${index}].key`,
    refuse,
  );
  variants.forEach(({ key, value }, index) => {
    checkInnerKey(key, `${at}[${index}].key`, refuse);
    const message = VALUES[type](value);
    if (message !== null) refuse(`${at}[${index}].value`, message);
  });
}
