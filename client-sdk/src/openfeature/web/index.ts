export type { Client, ClientOptions } from '../../browser/index.ts';
export type { ProviderOptions } from '../options.ts';
export { type BurgeeProvider, createProvider, type ProviderClient } from './provider.ts';
