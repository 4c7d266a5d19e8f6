import { BurgeeError, invalid } from '../../domain/errors.ts';

const DEPTH = 32;

/**
 * Reads a JSON body. The bytes are counted while they arrive, whatever Content-Length says, and nesting and keys are counted
 * before anything is parsed. Keys are limited to 1,000, or one per 64 bytes of `limit` where that is more.
 * Throws `unsupported_media_type`, `body_too_large`, `body_too_deep`, `invalid`.
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    throw new BurgeeError(
      'unsupported_media_type',
      `content-type must be application/json, got ${JSON.stringify(type.slice(0, 100))}`,
    );
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity')
    throw new BurgeeError('unsupported_media_type', 'request bodies must not be compressed');
  const bytes = await readBytes(request, limit);
  measure(bytes, Math.max(1000, Math.ceil(limit / 64)));
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const error = invalid({ field: 'body', message: bytes.length === 0 ? 'is missing' : 'must be JSON in UTF-8' });
    throw new BurgeeError('invalid', error.message, { ...error.details, unreadable: true }, cause);
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const refusal = () => new BurgeeError('body_too_large', `the body must have at most ${limit} bytes`, { limit });
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw refusal();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new BurgeeError('invalid', 'the body ended before it was complete', { unreadable: true }, cause);
    });
    if (done) return Buffer.concat(chunks, length);
    length += value.byteLength;
    if (length > limit) {
      void reader.cancel().catch(() => undefined);
      throw refusal();
    }
    chunks.push(value);
  }
}

/** One pass over the bytes: depth, and colons outside strings, which are the keys. */
function measure(bytes: Uint8Array, maxKeys: number): void {
  let depth = 0;
  let keys = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) {
      for (i++; i < bytes.length && bytes[i] !== 0x22; i++) if (bytes[i] === 0x5c) i++;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > DEPTH) throw new BurgeeError('body_too_deep', `the body may be nested at most ${DEPTH} deep`);
    } else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x3a && ++keys > maxKeys)
      throw new BurgeeError('body_too_deep', `the body may have at most ${maxKeys} keys`);
  }
}
