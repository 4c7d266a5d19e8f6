import { evaluate, OPERATORS, type PrepareOptions, prepare } from '@burgee/engine';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DRAW, DEFAULT_NOW, loadCases } from './cases.ts';

const options: PrepareOptions = {
  regex(pattern, ignoreCase) {
    const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (text) => compiled.matcher(text).find();
  },
};

const files = loadCases();

for (const { topic, about, ruleset, cases } of files) {
  describe(`${topic}: ${about}`, () => {
    const prepared = prepare(ruleset, options);
    for (const { name, flag, context, now = DEFAULT_NOW, draw = DEFAULT_DRAW, expect: wanted } of cases) {
      it(`${flag}: ${name}`, () => {
        const { flag: asked, revision, errorMessage, ...answer } = evaluate(prepared, flag, context, now, draw);
        expect(answer).toEqual(wanted);
        expect(asked).toBe(flag);
        expect(revision).toEqual(ruleset.revision);
        expect(errorMessage === undefined).toBe(wanted.errorCode === undefined);
      });
    }
  });
}

describe('the cases', () => {
  const all = files.flatMap(({ cases }) => cases);

  it('are many, and named uniquely in each file', () => {
    expect(all.length).toBeGreaterThanOrEqual(300);
    for (const { topic, cases } of files) expect(new Set(cases.map(({ name }) => name)).size, topic).toBe(cases.length);
  });

  it('cover every operator and every reason', () => {
    const text = JSON.stringify(files.map(({ ruleset }) => ruleset.flags));
    for (const operator of OPERATORS) expect(text).toContain(`"operator":"${operator}"`);
    const reasons = new Set(all.map(({ expect: { reason } }) => reason));
    expect([...reasons].sort()).toEqual(['DEFAULT', 'DISABLED', 'ERROR', 'SPLIT', 'STATIC', 'TARGETING_MATCH']);
  });

  it('without a regex compiler only flags that need one are broken', () => {
    for (const { ruleset, cases } of files) {
      const prepared = prepare(ruleset);
      for (const { flag, context, now = DEFAULT_NOW, draw = DEFAULT_DRAW, expect: wanted } of cases) {
        const needs = JSON.stringify(prepared.flag(flag)?.rules ?? []).includes('"matches"');
        const { errorCode } = evaluate(prepared, flag, context, now, draw);
        expect(errorCode, flag).toBe(needs ? 'PARSE_ERROR' : wanted.errorCode);
      }
    }
  });
});
