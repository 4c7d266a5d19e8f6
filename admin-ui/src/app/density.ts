import { useState } from 'react';

const KEY = 'burgee-density';
export const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];

const stored = (): Density => (localStorage.getItem(KEY) === 'compact' ? 'compact' : 'comfortable');

/** Shows lists as this browser was told to; the style sheet does the rest. */
export function applyDensity(): void {
  document.documentElement.dataset.density = stored();
}

/** How close the rows of lists stand. */
export function useDensity(): readonly [Density, (density: Density) => void] {
  const [density, setDensity] = useState(stored);
  const choose = (next: Density) => {
    localStorage.setItem(KEY, next);
    applyDensity();
    setDensity(next);
  };
  return [density, choose];
}
