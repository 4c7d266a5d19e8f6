import { mkdir, writeFile } from 'node:fs/promises';
import { readmeCode } from '../../test/readme.ts';

// a folder that git and the search for tests leave out, from where packages are found
const folder = new URL('../../test/dist/', import.meta.url);
const file = new URL('readme-testing.js', folder);
await mkdir(folder, { recursive: true });
await writeFile(file, await readmeCode('In tests'));

// the README's tests are this file's: importing them declares them
await import(/* @vite-ignore */ file.href);
