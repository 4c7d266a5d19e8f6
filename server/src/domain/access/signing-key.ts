/** A secret with which the server signs what it hands out and takes back. All processes of one database share it; it never leaves it. */
export interface SigningKey {
  /** What it signs: `stream-tickets`, `overrides/<project>/<environment>/<key>`. */
  readonly id: string;
  /** base62 or base64url, 43 characters: 256 bits. */
  readonly secret: string;
  readonly createdAt: number;
}
