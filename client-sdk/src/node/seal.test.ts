import { expect, test } from 'vitest';
import { flag, held, ruleset, sent } from '../../test/rulesets.ts';
import { openEnvelope } from '../delivery/envelope.ts';
import { sha256 } from './disk.ts';
import { seal } from './seal.ts';

const segment = { key: 's', number: 1, when: { attribute: 'name', operator: 'in', values: ['Ö', '\ud800', '"\n'] } } as const;
const override = { id: 'o', flag: 'f0', rule: 'r', percent: 1 };

test.each([0, 1, 50, 51, 173])('what is sealed opens to the same ruleset of %i flags', async (count) => {
  const flags = Array.from({ length: count }, (_, i) => flag(`f${i}`));
  const whole = ruleset(flags, { segments: [segment], overrides: [override], overridesApplied: ['a'] });
  const message = openEnvelope(Buffer.concat(await seal(held(whole))).toString(), sha256);
  expect(message.kind === 'ruleset' && sent(message.ruleset)).toEqual(whole);
});

test('others have their turn while it is sealed', async () => {
  const flags = Array.from({ length: 500 }, (_, i) => flag(`f${i}`));
  let turns = 0;
  let sealing = true;
  const count = (): void => {
    turns++;
    if (sealing) setImmediate(count);
  };
  setImmediate(count);
  await seal(held(ruleset(flags)));
  sealing = false;
  expect(turns).toBeGreaterThanOrEqual(9);
});
