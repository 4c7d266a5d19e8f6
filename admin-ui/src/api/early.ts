/** What the page began before the scripts were here (admin-ui/vite/early.ts). */
interface Early {
  /** By address, each for one reader. */
  readonly answers: Map<string, Promise<Response>>;
  stream: EventSource | undefined;
  /** What the stream has told so far. */
  readonly events: readonly MessageEvent<string>[];
  hear(event: MessageEvent<string>): void;
}

declare global {
  var burgeeEarly: Early | undefined;
}

/** An answer is asked for again after so long, ms since the page began: whoever comes late wants to know how it is now. */
const FRESH = 10_000;

/** The answer to a GET that is on its way already, once; undefined: ask. */
export function takeAnswer(address: string): Promise<Response> | undefined {
  const answers = globalThis.burgeeEarly?.answers;
  const answer = answers?.get(address);
  answers?.delete(address);
  return performance.now() < FRESH ? answer : undefined;
}

/** Whatever has not been read is no longer true: somebody else is logged in, or something was changed. */
export const forgetAnswers = (): void => globalThis.burgeeEarly?.answers.clear();

/** The stream of events that is open already, and what it has told, once; undefined: open one. */
export function takeStream(): { readonly stream: EventSource; readonly events: readonly MessageEvent<string>[] } | undefined {
  const early = globalThis.burgeeEarly;
  const stream = early?.stream;
  if (!early || !stream) return undefined;
  early.stream = undefined;
  stream.removeEventListener('moved', early.hear);
  return stream.readyState === EventSource.CLOSED ? undefined : { stream, events: early.events };
}
