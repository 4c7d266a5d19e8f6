/** A screen that may be the first: its address, what it will ask for, and the files that it comes in, all below `/`. */
export interface FirstScreen {
  /** Of `location.pathname`, as a regular expression; `$1`… of `asks` stand for its groups. */
  readonly path: string;
  readonly asks: readonly string[];
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

/**
 * What a page does before the scripts of the frame have arrived, of which nothing can wait for them: it asks for what the screen at
 * this address shows, opens the stream of events before that, so that no change falls between the two, fetches the screen's own
 * files, and takes the colours that this browser has chosen, so that the first paint has them.
 *
 * Sent as its text and run as a classic script: it may use nothing but its argument and what a page has.
 */
export function early(screens: readonly FirstScreen[]): void {
  const root = document.documentElement;
  const chosen = localStorage.getItem('burgee-colours') ?? 'auto';
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.mantineColorScheme = dark ? 'dark' : 'light';
  const { pathname, search } = location;
  if (/^\/(setup|login|invitation)$/.test(pathname)) return;
  root.dataset.frame = '';

  const events: MessageEvent[] = [];
  const hear = (event: MessageEvent) => events.push(event);
  const stream = new EventSource('/api/v1/events');
  stream.addEventListener('moved', hear);
  stream.onerror = () => stream.close();
  const answers = new Map<string, Promise<Response>>();
  Object.assign(globalThis, { burgeeEarly: { answers, stream, events, hear } });
  const ask = (address: string) => {
    const answer = fetch(address, { headers: { accept: 'application/json', 'x-burgee': '1' } });
    answer.catch(() => undefined);
    answers.set(address, answer);
  };
  ask('/api/v1/me');
  for (const { path, asks, scripts, styles } of screens) {
    const found = new RegExp(path).exec(pathname);
    if (found === null) continue;
    const link = (rel: string, as: string, file: string) =>
      document.head.append(Object.assign(document.createElement('link'), { rel, as, href: `/${file}`, crossOrigin: '' }));
    for (const script of scripts) link('modulepreload', 'script', script);
    for (const style of styles) link('preload', 'style', style);
    // archived flags and the like are other questions
    if (/[?&]archived=/.test(search)) continue;
    for (const one of asks) ask(`/api/v1/${one.replace(/\$(\d)/g, (_, group) => found[Number(group)] ?? '')}`);
  }
}
