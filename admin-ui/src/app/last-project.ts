const KEY = 'burgee-project';

/** The project that this browser showed last. */
export const lastProject = (): string | null => localStorage.getItem(KEY);
export const rememberProject = (key: string): void => localStorage.setItem(KEY, key);
