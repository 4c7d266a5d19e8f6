import { TextInput } from '@mantine/core';
import { Problem } from '../api/problem.ts';
import { isKey, keyFrom } from '../flags/new-flag.ts';
import { frame as t } from '../text/frame.ts';

export interface Named {
  readonly name: string;
  /** null: made from the name. */
  readonly key: string | null;
}

/** The key that a form would send. */
export const keyOf = ({ name, key }: Named): string => key ?? keyFrom(name);

/** Whether the form has a name and a key that can be one. */
export const isNamed = (value: Named): boolean => isKey(keyOf(value));

interface Props {
  readonly value: Named;
  readonly error: unknown;
  readonly keyHint?: string;
  onChange(part: Partial<Named>): void;
}

/** The name of something new, and the key that is made from it until somebody types another. */
export function NameAndKey({ value, error, keyHint = t.keyHint, onChange }: Props) {
  const problem = error instanceof Problem ? error : undefined;
  const key = keyOf(value);
  const taken = problem?.code === 'exists' ? problem.message : undefined;
  return (
    <>
      <TextInput
        data-autofocus
        label={t.name}
        value={value.name}
        error={problem?.about('name')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t.key}
        description={keyHint}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={key}
        error={key !== '' && !isKey(key) ? t.keyWrong : (problem?.about('key') ?? taken)}
        onChange={(event) => onChange({ key: event.currentTarget.value })}
      />
    </>
  );
}
