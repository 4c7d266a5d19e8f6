/** Calls back once `run` has returned or settled, whichever is later, and changes nothing about either. */
export function settle<T>(run: () => T, ended: (failed: boolean) => void): T {
  let result: T;
  try {
    result = run();
  } catch (error) {
    ended(true);
    throw error;
  }
  if (!isThenable(result)) {
    ended(false);
    return result;
  }
  const observed = result.then(
    () => ended(false),
    () => ended(true),
  );
  void observed;
  return result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
}
