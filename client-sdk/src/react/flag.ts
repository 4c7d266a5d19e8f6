import { createElement, Fragment, type ReactElement, type ReactNode } from 'react';
import type { AnyReader } from '../browser/client-types.ts';
import type { FlagKey, FlagVariant } from '../flags/index.ts';
import { useSelected } from './use-flag.ts';

/** What a {@link Flag} is given. */
export interface FlagProps<K extends FlagKey = FlagKey> {
  /** The flag's key. */
  readonly name: K;
  /** What is shown for a boolean flag that is on. Of any other flag use `variants`. */
  readonly children?: ReactNode;
  /** What is shown otherwise, and where there is no such flag or nothing has been received yet. Default: nothing. */
  readonly fallback?: ReactNode;
  /** What is shown for each variant; then `children` are not shown. */
  readonly variants?: { readonly [V in FlagVariant<K>]?: ReactNode };
}

/** The variant, whatever type the flag is of; empty where the default answers. */
function variantOf({ peek }: AnyReader, key: string): string {
  for (const type of ['', false, 0, {}]) {
    const { variant } = peek<unknown>(key, type);
    if (variant !== undefined) return variant;
  }
  return '';
}

/** Shows one thing or another, by a flag. It renders again exactly when the variant changes. */
export function Flag<K extends FlagKey = FlagKey>({ name, children, fallback, variants }: FlagProps<K>): ReactElement {
  const byVariant: Readonly<Record<string, ReactNode>> | undefined = variants;
  const key = String(name);
  const shown = useSelected(key, (reader) => (byVariant ? variantOf(reader, key) : reader.peek(key, false).value));
  const chosen = byVariant && typeof shown === 'string' && Object.hasOwn(byVariant, shown) ? byVariant[shown] : fallback;
  return createElement(Fragment, null, shown === true ? children : chosen);
}
