import './app/styles.ts';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { applyDensity } from './app/density.ts';
import { styleNonce } from './app/nonce.ts';

// react-remove-scroll (under Mantine's dialogs) takes its nonce from this name.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

applyDensity();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
