import { app, audit, session } from './app.ts';
import { flags } from './flags.ts';
import { rollouts } from './rollouts.ts';
import { rules } from './rules.ts';

/** Every text that the UI shows, by feature. A translation is another object of this shape. */
export const text = { app, session, audit, flags, rules, rollouts };
