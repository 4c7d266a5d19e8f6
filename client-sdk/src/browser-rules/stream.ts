import type { Revision } from '../browser/client-types.ts';
import type { Settings } from '../browser/options.ts';
import type { Told } from '../browser/tabs.ts';
import { textOf } from '../browser/values.ts';
import { opened } from './envelope.ts';

/** What an event says; the server writes its name before its one line of data. */
async function messageOf(event: string): Promise<Told | undefined> {
  const [, type, data = ''] = /^event: (.*)\n(?:id.*\n)?data: (.*)/m.exec(event) ?? [];
  if (!type) return undefined;
  const value = /^[sd]/.test(type) ? await opened<object>(data) : JSON.parse(data);
  return { type, value, retryMs: value.retryMs };
}

/** Reads `/sdk/stream`, which an EventSource cannot, having no headers, until the returned function is called or it is `broken`. */
export function readStream(
  { url, key }: Settings,
  from: Revision,
  tell: (message: Told) => void,
  broken: () => void,
): () => void {
  // in here and first, so that they are inlined
  /** More characters than this in one event are refused. */
  const MOST = 20_000_000;
  const gone = new AbortController();
  const { signal } = gone;
  const read = async (): Promise<void> => {
    const headers = { authorization: `Bearer ${key}`, 'last-event-id': textOf(from) };
    const { ok, body } = await fetch(`${url}/sdk/stream`, { headers, signal, redirect: 'error' });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    while (ok && reader && rest.length < MOST) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const message = await messageOf(block);
        if (message && !signal.aborted) tell(message);
      }
    }
  };
  const over = (): unknown => signal.aborted || broken();
  read().then(over, over);
  return () => gone.abort();
}
