import { Checkbox, NumberInput } from '@mantine/core';
import { DurationField } from '../app/duration-field.tsx';
import { plans as t } from '../text/plans.ts';
import type { PlanDraft } from './draft.ts';
import css from './plans.module.css';

interface Props {
  readonly value: PlanDraft;
  about(field: string): string | undefined;
  onChange(part: Partial<PlanDraft>): void;
}

/** How sure a plan must be before it moves or takes something back. */
export function TuningField({ value, about, onChange }: Props) {
  return (
    <div className={css.body}>
      <div className={css.tuning}>
        {(Object.entries(t.tunings) as [keyof typeof t.tunings, string][]).map(([field, label]) => (
          <NumberInput
            key={field}
            label={label}
            hideControls
            decimalScale={6}
            value={value[field]}
            error={about(field)}
            onChange={(next) => onChange({ [field]: Number(next || 0) })}
          />
        ))}
        <DurationField
          label={t.flush}
          value={value.flushMs}
          error={about('flushMs')}
          onChange={(flushMs) => onChange({ flushMs })}
        />
        <DurationField label={t.open} value={value.openMs} error={about('openMs')} onChange={(openMs) => onChange({ openMs })} />
      </div>
      {(['freshRiskSet', 'trustClientOutcomes'] as const).map((field) => (
        <Checkbox
          key={field}
          mt="sm"
          label={t[field]}
          checked={value[field]}
          error={about(field)}
          onChange={(event) => onChange({ [field]: event.currentTarget.checked })}
        />
      ))}
    </div>
  );
}
