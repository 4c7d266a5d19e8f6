import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Prepared, Ruleset } from '@burgee/engine';
import { rulesetText } from '../../domain/ruleset.ts';
import type { Snapshot } from './delivery.ts';
import { envelope, event } from './envelope.ts';

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

/** A snapshot with the bytes that streams send, which contain the bytes that `GET /sdk/ruleset` sends. */
export interface StreamSnapshot extends Snapshot {
  readonly event: Buffer;
}

/**
 * Everything about one revision for one audience, each form made at the first demand and then shared. While overrides hold, the
 * ETag says which ones, since they change the answer without a new revision.
 */
export function createSnapshot(ruleset: Ruleset, prepareRuleset: (ruleset: Ruleset) => Prepared): StreamSnapshot {
  const { epoch, n } = ruleset.revision;
  const live = ruleset.overrides?.map(({ id }) => `-${id}`).join('') ?? '';
  const bytes = once(() => {
    const body = Buffer.from(envelope('ruleset', rulesetText(ruleset)));
    const whole = event('snapshot', '', `${epoch}.${n}`);
    const head = whole.subarray(0, whole.length - 2);
    const sent = Buffer.concat([head, body, whole.subarray(head.length)]);
    return { event: sent, identity: sent.subarray(head.length, head.length + body.length) };
  });
  const prepared = once(() => prepareRuleset(ruleset));
  return {
    ruleset,
    revision: ruleset.revision,
    etag: `"${epoch}.${n}${live}"`,
    get identity() {
      return bytes().identity;
    },
    get event() {
      return bytes().event;
    },
    get prepared() {
      return prepared();
    },
    gzip: once(() => gzipped(bytes().identity, { level: 6 })),
    br: once(() => brotlied(bytes().identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
