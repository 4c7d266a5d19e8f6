export type { Client, ClientOptions } from '../../node/index.ts';
export type { ProviderOptions } from '../options.ts';
export { type BurgeeProvider, createProvider, type ProviderClient } from './provider.ts';
