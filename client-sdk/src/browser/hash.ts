/**
 * 64 bits of a JSON value as text, for names and checksums: two lanes that multiply by different odd numbers. Two contexts of a
 * browser share one with probability 2⁻⁶⁴; it keeps no secret.
 */
export function hash(value: unknown): string {
  const text = JSON.stringify(value);
  let a = 0x9e3779b9;
  let b = text.length;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x5bd1e995) ^ (b >>> 15);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}
