import type { Condition, Leaf } from '@burgee/engine';
import type { Attribute } from '@burgee/server/api';
import { ActionIcon, Button, Group, Select, Tooltip } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import css from './condition-editor.module.css';
import { LeafEditor } from './leaf-editor.tsx';

const t = text.rules;
const LEAF: Leaf = { attribute: '', operator: 'in', values: [] };

interface Props {
  readonly value: Condition;
  readonly attributes: readonly Attribute[] | undefined;
  readonly depth?: number;
  onChange(value: Condition): void;
  /** Absent for the outermost group. */
  onRemove?(): void;
}

/** A condition as nested boxes: leaves in groups in groups. What Burgee does not know is shown and kept. */
export function ConditionEditor({ value, attributes, depth = 0, onChange, onRemove }: Props) {
  if ('opaque' in value) return <Kept onRemove={onRemove} />;
  if ('not' in value) {
    return (
      <div className={css.group} data-not="true">
        <div className={css.mode}>
          <span>{t.noneOf}</span>
          <Remove onRemove={onRemove} />
        </div>
        <ConditionEditor value={value.not} attributes={attributes} depth={depth + 1} onChange={(not) => onChange({ not })} />
      </div>
    );
  }
  if (!('all' in value) && !('any' in value)) {
    return (
      <div className={css.leaf}>
        <LeafEditor value={value} attributes={attributes} onChange={onChange} />
        <Remove onRemove={onRemove} />
      </div>
    );
  }
  const mode = 'all' in value ? 'all' : 'any';
  const parts = 'all' in value ? value.all : value.any;
  const set = (next: readonly Condition[], as = mode) => onChange(as === 'all' ? { all: next } : { any: next });
  return (
    <div className={css.group} data-outer={depth === 0}>
      {(parts.length > 1 || depth > 0) && (
        <div className={css.mode}>
          <Select
            size="xs"
            w={190}
            aria-label={t.groupMode}
            allowDeselect={false}
            data={[
              { value: 'all', label: t.all },
              { value: 'any', label: t.any },
            ]}
            value={mode}
            onChange={(next) => set(parts, next === 'any' ? 'any' : 'all')}
          />
          <Remove onRemove={onRemove} />
        </div>
      )}
      {parts.length === 0 && depth === 0 && <p className={css.everyone}>{t.anyone}</p>}
      {parts.map((part, index) => (
        <ConditionEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their place
          key={index}
          value={part}
          attributes={attributes}
          depth={depth + 1}
          onChange={(changed) => set(parts.map((old, at) => (at === index ? changed : old)))}
          onRemove={() => set(parts.filter((_, at) => at !== index))}
        />
      ))}
      <Group gap={6}>
        <Button size="compact-xs" variant="default" leftSection={<IconPlus size={13} />} onClick={() => set([...parts, LEAF])}>
          {t.addCondition}
        </Button>
        {depth < 4 && parts.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus size={13} />}
            onClick={() => set([...parts, mode === 'all' ? { any: [LEAF] } : { all: [LEAF] }])}
          >
            {t.addGroup}
          </Button>
        )}
        {depth < 4 && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus size={13} />}
            onClick={() => set([...parts, { not: { any: [LEAF] } }])}
          >
            {page.conditions.addNot}
          </Button>
        )}
      </Group>
    </div>
  );
}

function Kept({ onRemove }: { onRemove: (() => void) | undefined }) {
  return (
    <div className={css.leaf}>
      <span className={css.opaque}>{t.opaque}</span>
      <Remove onRemove={onRemove} />
    </div>
  );
}

function Remove({ onRemove }: { onRemove: (() => void) | undefined }) {
  if (!onRemove) return null;
  return (
    <Tooltip label={t.removeCondition}>
      <ActionIcon variant="subtle" color="gray" aria-label={t.removeCondition} onClick={onRemove}>
        <IconX size={15} />
      </ActionIcon>
    </Tooltip>
  );
}
