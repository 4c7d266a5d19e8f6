import type { Feed } from './feed.ts';
import { hash } from './hash.ts';
import type { Settings } from './options.ts';
import { send } from './send.ts';
import { createStorage } from './storage.ts';
import { type Bulk, isNews, parseRevision, textOf, unitOf, type Values } from './values.ts';

/** The server evaluates: OFREP's bulk evaluation, and its event stream says when to ask again. */
export function createValuesFeed(settings: Settings): Feed {
  // in here and first, so that they are inlined
  const REQUEST_MS = 10_000;
  const { url, key } = settings;
  const name = `burgee ${hash([url, key])}`;
  const storage = createStorage<Values>(name, settings);
  let etag = '';
  let stream: string | undefined;

  return {
    name,
    known(context) {
      etag = '';
      const stored = storage?.load(hash(context));
      return stored && { ...stored, source: 'storage' };
    },
    ask(context, held) {
      const path = `/ofrep/v1/evaluate/flags?flagConfigEtag=${textOf(held)}`;
      return send(settings, path, { body: JSON.stringify({ context }), signal: AbortSignal.timeout(REQUEST_MS) }, etag);
    },
    take({ status, text, etag: tag }, context) {
      if (status === 304) return undefined;
      const { flags, metadata, eventStreams }: Bulk = JSON.parse(text);
      if (status !== 200 || !flags.every((item) => item.key)) throw status;
      const values = { unit: unitOf(context), revision: parseRevision(metadata.revision), flags };
      storage?.save(hash(context), values);
      etag = tag;
      stream = eventStreams?.[0]?.endpoint.requestUri;
      return { ...values, source: 'live' };
    },
    hear: ({ type, etag = '' }, _, held) => isNews(etag, held) || type === 'refetchEvaluation',
    open(held, tell, broken) {
      if (!stream) return undefined;
      const source = new EventSource(`${url}${stream}&revision=${textOf(held)}`);
      source.onmessage = ({ data }) => tell(JSON.parse(data));
      // whether it is worth trying again is found out by asking for values: that says why not, and when
      source.onerror = broken;
      return () => {
        // an answer that only says that nothing has changed brings no new ticket
        etag = '';
        source.close();
      };
    },
  };
}
