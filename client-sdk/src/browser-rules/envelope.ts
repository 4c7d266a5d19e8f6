const SUM_FROM = '{"sha256":"'.length;
const SUM_TO = SUM_FROM + 64;

const encoder = new TextEncoder();

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/**
 * What is in an envelope (engine's wire.ts). Rejects where its checksum does not fit, which can only be seen on pages of https and
 * of localhost, or it is no ruleset or delta.
 */
export async function opened<T>(text: string): Promise<T> {
  const body = text.trim().slice(text.indexOf(':', SUM_TO) + 1, -1);
  const digest = await globalThis.crypto.subtle?.digest('SHA-256', bytesOf(body));
  const sum = text.slice(SUM_FROM, SUM_TO).match(/../g) ?? [];
  const value = JSON.parse(body);
  if (value.schema !== 1 || (digest && new Uint8Array(digest).some((byte, i) => byte !== Number(`0x${sum[i]}`)))) throw value;
  return value;
}
