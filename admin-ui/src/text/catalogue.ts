import { app, session } from './app.ts';
import { flags } from './flags.ts';
import { rollouts } from './rollouts.ts';
import { rules } from './rules.ts';

/**
 * The texts of what is loaded first, by feature. Those of screens that load on demand lie beside this file, one for each, and come
 * with their screen. A translation is another set of objects of these shapes.
 */
export const text = { app, session, flags, rules, rollouts };
