export type { Client, ClientOptions } from '../../node/index.ts';
export { type BurgeeProvider, createProvider, type ProviderClient, type ProviderOptions } from './provider.ts';
