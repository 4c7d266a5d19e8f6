import { createHash } from 'node:crypto';
import type { Revision } from '@burgee/engine';

/** The text that a ruleset or a delta travels in; its digest is over the bytes of `body` as sent (engine's wire.ts). */
export function envelope(kind: 'ruleset' | 'delta', body: string): string {
  return `{"sha256":"${createHash('sha256').update(body).digest('hex')}","${kind}":${body}}`;
}

/**
 * One server-sent event. `data` is JSON text made by JSON.stringify, which has no raw CR or LF, so it is always one line and no
 * name or value in it can start another event.
 */
export function event(name: string, data: string, id?: string): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`);
}

/** `<epoch>.<n>`, as our events carry it; undefined for anything else. */
export function parseRevision(text: string | undefined): Revision | undefined {
  const [, epoch, n] = /^(\d{1,15})\.(\d{1,15})$/.exec(text ?? '') ?? [];
  return epoch === undefined || n === undefined ? undefined : { epoch: Number(epoch), n: Number(n) };
}
