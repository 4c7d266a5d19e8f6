import type { Leaf, Operator } from '@burgee/engine';
import type { Attribute } from '@burgee/server/api';
import { Autocomplete, Checkbox, Select, TagsInput } from '@mantine/core';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { COMPARISONS, firstOperator, groupsFor, typedValues, wrongIn } from './conditions.ts';
import css from './leaf-editor.module.css';

const t = text.rules;
const more = page.conditions;
const FOLDS: ReadonlySet<Operator> = new Set(['in', 'starts_with', 'ends_with', 'contains', 'matches']);
const OPERATORS = Object.keys(t.operators) as Operator[];

/** The operators in both directions, by what they compare, those first that suit the attribute. */
function options(attribute: Attribute | undefined) {
  return groupsFor(attribute).map((group) => ({
    group: more.groups[group],
    items: OPERATORS.filter((operator) => COMPARISONS[operator] === group).flatMap((operator) => [
      { value: operator as string, label: t.operators[operator].is },
      { value: `!${operator}`, label: t.operators[operator].not },
    ]),
  }));
}

interface Props {
  readonly value: Leaf;
  /** What is known here; undefined while it is not. */
  readonly attributes: readonly Attribute[] | undefined;
  onChange(leaf: Leaf): void;
}

/** One comparison: attribute, operator, values. Attributes are suggested from what applications have sent. */
export function LeafEditor({ value, attributes, onChange }: Props) {
  const { attribute, operator, values, negate = false, ignoreCase = false } = value;
  const known = attributes?.find(({ name }) => name === attribute);
  const wrong = wrongIn(value);
  const make = (next: Partial<Leaf>): Leaf => {
    const leaf = { ...value, ...next };
    const { negate: negated, ignoreCase: folds, ...rest } = leaf;
    return { ...rest, ...(negated ? { negate: true } : {}), ...(folds && FOLDS.has(leaf.operator) ? { ignoreCase: true } : {}) };
  };
  const choose = (chosen: string) => {
    const next = chosen.replace('!', '') as Operator;
    const kept = next === 'exists' ? [] : typedValues(next, values.map(String));
    onChange(make({ operator: next, negate: chosen.startsWith('!'), values: kept }));
  };
  const name = (next: string) => {
    const untouched = attribute === '' && values.length === 0 && operator === 'in';
    const found = attributes?.find((one) => one.name === next);
    onChange(make({ attribute: next, ...(untouched && found ? { operator: firstOperator(found) } : {}) }));
  };
  return (
    <div className={css.leaf}>
      <Autocomplete
        aria-label={t.attribute}
        placeholder={t.attribute}
        maxLength={100}
        data={suggestions(attributes ?? [])}
        description={attributes && attribute !== '' && !known ? more.unknown : undefined}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        error={wrong?.attribute}
        value={attribute}
        onChange={name}
      />
      <Select
        aria-label={t.operator}
        allowDeselect={false}
        searchable
        maxDropdownHeight={320}
        data={options(known)}
        value={`${negate ? '!' : ''}${operator}`}
        onChange={(chosen) => chosen && choose(chosen)}
      />
      {operator !== 'exists' && (
        <TagsInput
          aria-label={t.operators[operator].values}
          placeholder={values.length === 0 ? t.operators[operator].values : ''}
          splitChars={[',']}
          acceptValueOnBlur
          maxTags={10_000}
          error={values.length > 0 || attribute !== '' ? wrong?.values : undefined}
          value={values.map(String)}
          onChange={(next) => onChange(make({ values: typedValues(operator, next) }))}
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

/** What applications sent stands first: that is what a condition can be about now. */
function suggestions(attributes: readonly Attribute[]) {
  const names = (met: boolean) => attributes.filter(({ reportedAt }) => (reportedAt !== null) === met).map(({ name }) => name);
  return [
    { group: more.suggestions.met, items: names(true) },
    { group: more.suggestions.ruled, items: names(false) },
  ].filter(({ items }) => items.length > 0);
}
