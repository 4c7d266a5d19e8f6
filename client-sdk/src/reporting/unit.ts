/** The unit of a context under a rule's `by`, as the engine buckets it; undefined where the context has none. */
export function unitOf(by: string, context: unknown): string | undefined {
  if (typeof context !== 'object' || context === null || by === 'random') return undefined;
  const names = by === 'default' ? ['targetingKey', 'userId', 'sessionId'] : [by];
  for (const name of names) {
    const text = textOf(read(context, name));
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

function read(context: object, name: string): unknown {
  try {
    return name in Object.prototype && !Object.hasOwn(context, name) ? undefined : Reflect.get(context, name);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : undefined;
}
