/** Thrown while a flag is compiled; the flag then answers `PARSE_ERROR` with this message. */
export class FlagError extends Error {}
