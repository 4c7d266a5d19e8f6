import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, install } from './installed.ts';

const SLOW = { timeout: 240_000 };

let project: Installed;
beforeAll(async () => {
  project = await install();
  project.add(['react', '@types/react', '@types/node']);
}, 120_000);
afterAll(() => project?.remove());

/** As `burgee types` writes it. */
const FLAGS = `
import '@burgee/client-sdk/flags';
declare module '@burgee/client-sdk/flags' {
  interface Flags {
    'new-checkout': { type: 'boolean'; value: boolean; variant: 'on' | 'off' };
    color: { type: 'string'; value: 'red' | 'blue'; variant: 'warm' | 'cold' };
    limit: { type: 'number'; value: number; variant: 'low' | 'high' };
  }
}
`;

const HEAD = `
import { createClient } from '@burgee/client-sdk/browser';
import { createClient as createRules } from '@burgee/client-sdk/browser-rules';
import { BurgeeProvider, Flag, useClient, useFlag, useSuspenseFlag } from '@burgee/client-sdk/react';
import { withFlags } from '@burgee/client-sdk/testing';

const client = createClient({ url: 'http://localhost:4400', key: 'k' });
export const trees = [
  <BurgeeProvider client={client} values={client.values()} timeout={100}>text</BurgeeProvider>,
  <BurgeeProvider client={createRules({ url: 'http://localhost:4400', key: 'k' })} />,
  <BurgeeProvider client={withFlags({ 'new-checkout': true })} context={{ targetingKey: 'u' }} />,
  <BurgeeProvider client={{}} />, // wrong
];
`;

const DECLARED = `${HEAD}
export function Declared() {
  const isNew: boolean = useFlag('new-checkout', false);
  const color: 'red' | 'blue' = useFlag('color', 'red');
  const limit: number = useSuspenseFlag('limit', 5);
  useFlag('new-chekout', false); // wrong
  useFlag('color', 'green'); // wrong
  useFlag('new-checkout', 'off'); // wrong
  useSuspenseFlag('limit', '5'); // wrong
  useClient().boolean('new-checkout', false);
  useClient().boolean('color', false); // wrong
  return [
    <Flag name="new-checkout" fallback={color}>{limit}{isNew}</Flag>,
    <Flag name="color" variants={{ warm: <b />, cold: 'cold' }} />,
    <Flag name="color" variants={{ red: <b /> }} />, // wrong
    <Flag name="colour" />, // wrong
  ];
}
`;

const UNDECLARED = `${HEAD}
export function Undeclared() {
  const isNew: boolean = useFlag('any', false);
  const text: string = useFlag('any', 'red');
  const limit: number = useSuspenseFlag('any', 5);
  const json: { max: number } = useFlag('any', { max: limit });
  const wrong: string = useFlag('any', false); // wrong
  return <Flag name="any" variants={{ [text]: json.max }} fallback={wrong}>{isNew}</Flag>;
}
`;

/** Lines that end in `// wrong` must be complained about, no others. */
async function check(code: string, more: Readonly<Record<string, string>>): Promise<void> {
  const complaints = await project.compile({ ...more, 'use.tsx': code }, { types: ['node'], skipLibCheck: true });
  const wrong = code.split('\n').flatMap((line, i) => (/\/\/ wrong$/.test(line) ? [`use.tsx:${i + 1}`] : []));
  expect([...new Set(complaints.map((one) => `${one.file}:${one.line}`))], JSON.stringify(complaints)).toEqual(wrong);
}

describe('components and the compiler', () => {
  it('know the declared flags: a wrong key, type, value or variant does not compile', SLOW, () =>
    check(DECLARED, { 'flags.d.ts': FLAGS }),
  );

  it('take any key where no flag is declared; the default says the type', SLOW, () => check(UNDECLARED, {}));
});
