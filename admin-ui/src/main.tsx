import './app/styles.ts';
import { startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { App, load } from './app/app.tsx';
import { applyDensity } from './app/density.ts';
import { styleNonce } from './app/nonce.ts';

// react-remove-scroll (under Mantine's dialogs) takes its nonce from this name.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

applyDensity();
const root = document.getElementById('root');
// until then index.html shows the frame; a transition is worked on in slices that block no input
if (root) void load().then(() => startTransition(() => createRoot(root).render(<App />)));
