// Server and UI with reload: the server restarts on change behind port 4400, Vite serves the UI on 5173 and proxies to it.
import { spawn } from 'node:child_process';

const children = [
  spawn(process.execPath, ['--watch', '--conditions=burgee-source', '--import', 'tsx', 'server/src/main.ts'], {
    stdio: 'inherit',
  }),
  spawn('npx', ['--no-install', 'vite', '--config', 'vite.config.ts'], { stdio: 'inherit', cwd: 'admin-ui' }),
];
const stop = () => {
  for (const child of children) child.kill('SIGTERM');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of children) child.on('exit', stop);
