import type { Leaf, Operator } from '@burgee/engine';
import { Checkbox, Select, TagsInput, TextInput } from '@mantine/core';
import { text } from '../text/catalogue.ts';
import css from './leaf-editor.module.css';

const t = text.rules;
const FOLDS: ReadonlySet<Operator> = new Set(['in', 'starts_with', 'ends_with', 'contains', 'matches']);

const options = (Object.keys(t.operators) as Operator[]).flatMap((operator) => [
  { value: operator as string, label: t.operators[operator].is },
  { value: `!${operator}`, label: t.operators[operator].not },
]);

/** What was typed as the operator wants it: numbers for numeric comparisons, text for all others. */
function typed(operator: Operator, values: readonly string[]): (string | number | boolean)[] {
  if (!operator.startsWith('num_')) return [...values];
  return values.filter((value) => value.trim() !== '' && Number.isFinite(Number(value))).map(Number);
}

/** One comparison: attribute, operator, values. */
export function LeafEditor({ value, onChange }: { value: Leaf; onChange: (leaf: Leaf) => void }) {
  const { attribute, operator, values, negate = false, ignoreCase = false } = value;
  const make = (next: Partial<Leaf>): Leaf => {
    const leaf = { ...value, ...next };
    const { negate: negated, ignoreCase: folds, ...rest } = leaf;
    return { ...rest, ...(negated ? { negate: true } : {}), ...(folds && FOLDS.has(leaf.operator) ? { ignoreCase: true } : {}) };
  };
  const choose = (chosen: string) => {
    const next = chosen.replace('!', '') as Operator;
    onChange(
      make({ operator: next, negate: chosen.startsWith('!'), values: next === 'exists' ? [] : typed(next, values.map(String)) }),
    );
  };
  return (
    <div className={css.leaf}>
      <TextInput
        aria-label={t.attribute}
        placeholder={t.attribute}
        value={attribute}
        onChange={(event) => onChange(make({ attribute: event.currentTarget.value }))}
      />
      <Select
        aria-label={t.operator}
        allowDeselect={false}
        searchable
        data={options}
        value={`${negate ? '!' : ''}${operator}`}
        onChange={(chosen) => chosen && choose(chosen)}
      />
      {operator !== 'exists' && (
        <TagsInput
          aria-label={t.operators[operator].values}
          placeholder={values.length === 0 ? t.operators[operator].values : ''}
          splitChars={[',']}
          acceptValueOnBlur
          value={values.map(String)}
          onChange={(next) => onChange(make({ values: typed(operator, next) }))}
        />
      )}
      {FOLDS.has(operator) && (
        <Checkbox
          size="xs"
          className={css.fold ?? ''}
          label={t.ignoreCase}
          checked={ignoreCase}
          onChange={(event) => onChange(make({ ignoreCase: event.currentTarget.checked }))}
        />
      )}
    </div>
  );
}
