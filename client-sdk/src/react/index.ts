export type { AnyClient, AskedClient } from './any-client.ts';
export { Flag, type FlagProps } from './flag.ts';
export { BurgeeProvider, type BurgeeProviderProps, useClient } from './provider.ts';
export { type AnyUseFlag, type TypedUseFlag, type UseFlag, useFlag, useSuspenseFlag } from './use-flag.ts';
