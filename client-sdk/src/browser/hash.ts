/**
 * 64 bits of a JSON value as text, for names and checksums: two lanes that multiply by different odd numbers. Two contexts of a
 * browser share one with probability 2⁻⁶⁴; it keeps no secret.
 */
export function hash(value: unknown): string {
  const text = JSON.stringify(value);
  const lane = (factor: number): string => {
    let sum = text.length;
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), factor) ^ (sum >>> 15);
    return (sum >>> 0).toString(36);
  };
  return lane(0x01000193) + lane(0x5bd1e995);
}
