/** Collects what is asked for within one turn of the event loop and asks for it together; each answer stands alone. */
export function grouped<A, R>(ask: (all: readonly A[]) => readonly Promise<R>[]): (one: A) => Promise<R> {
  let waiting: { readonly one: A; readonly settle: (answer: Promise<R>) => void }[] = [];

  function flush(): void {
    const asked = waiting;
    waiting = [];
    const answers = askAll(asked.map(({ one }) => one));
    for (const [i, { settle }] of asked.entries()) settle(answers[i] ?? Promise.reject(new TypeError('an answer is missing')));
  }
  function askAll(all: readonly A[]): readonly Promise<R>[] {
    try {
      return ask(all);
    } catch (error) {
      return all.map(() => Promise.reject(error));
    }
  }
  return (one) =>
    new Promise((settle) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ one, settle });
    });
}
