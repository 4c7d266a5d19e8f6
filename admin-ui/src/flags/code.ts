import type { Flag } from '@burgee/server/api';

/** Code that asks for this very flag, in one place where code lives. */
export interface Snippet {
  readonly name: 'node' | 'browser' | 'react' | 'openfeature' | 'curl' | 'cli';
  readonly code: string;
}

const METHODS = { boolean: 'boolean', string: 'string', number: 'number', json: 'json' } as const;
const OPENFEATURE = {
  boolean: 'getBooleanValue',
  string: 'getStringValue',
  number: 'getNumberValue',
  json: 'getObjectValue',
} as const;

/** A text as a literal of JavaScript. */
const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
/** A word that the shell takes as it is. */
const word = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What code says when the server cannot be asked: the value of the off variant. */
function fallback({ type, variants }: Flag, offVariant: string): string {
  if (type === 'boolean') return 'false';
  const value = (variants.find(({ key }) => key === offVariant) ?? variants[0])?.value ?? null;
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

/** A line of the code that is shown: this module imports nothing of it. */
const imported = (what: string, from: string): string => `import ${what} from '${from}';`;

/** `url` is this server's address. */
export function snippetsOf(
  flag: Flag,
  { url, environment, offVariant }: { readonly url: string; readonly environment: string; readonly offVariant: string },
): Snippet[] {
  const { key, type, project } = flag;
  const [name, other] = [quoted(key), fallback(flag, offVariant)];
  const method = METHODS[type];
  const is = type === 'boolean' ? 'isOn' : 'value';
  return [
    {
      name: 'node',
      code: `${imported('{ createClient }', '@burgee/client-sdk/node')}

const flags = createClient({ url: ${quoted(url)}, key: process.env.BURGEE_KEY, app: 'shop' });
await flags.ready({ timeout: 2000 });

const ${is} = flags.${method}(${name}, { targetingKey: user.id }, ${other});`,
    },
    {
      name: 'browser',
      code: `${imported('{ createClient }', '@burgee/client-sdk/browser')}

const flags = createClient({ url: ${quoted(url)}, key: 'bg_web_…', context: { targetingKey: user.id } });
await flags.ready();

const ${is} = flags.${method}(${name}, ${other});`,
    },
    {
      name: 'react',
      code: `${imported('{ useFlag }', '@burgee/client-sdk/react')}

const ${is} = useFlag(${name}, ${other});`,
    },
    {
      name: 'openfeature',
      code: `${imported('{ createProvider }', '@burgee/client-sdk/openfeature/server')}
${imported('{ OpenFeature }', '@openfeature/server-sdk')}

await OpenFeature.setProviderAndWait(createProvider({ url: ${quoted(url)}, key: process.env.BURGEE_KEY }));
const flags = OpenFeature.getClient();

const ${is} = await flags.${OPENFEATURE[type]}(${name}, ${other}, { targetingKey: user.id });`,
    },
    {
      name: 'curl',
      code: `curl -s ${word(`${url}/ofrep/v1/evaluate/flags/${encodeURIComponent(key)}`)} \\
  -H "Authorization: Bearer $BURGEE_KEY" -H 'Content-Type: application/json' \\
  -d '{"context":{"targetingKey":"user-7"}}'`,
    },
    {
      name: 'cli',
      code: [
        `burgee flags show ${word(key)} --project ${word(project)}`,
        `burgee flags set ${word(key)} --on --percent 25 --environment ${word(environment)} --project ${word(project)}`,
        `burgee flags kill ${word(key)} --reason '…' --environment ${word(environment)} --project ${word(project)}`,
      ].join('\n'),
    },
  ];
}
