import type { Stage } from '@burgee/server/api';
import { ActionIcon, Button, NumberInput, Select, Text, Tooltip } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { DurationField } from '../app/duration-field.tsx';
import { plans as t } from '../text/plans.ts';
import { nextStage } from './draft.ts';
import css from './plans.module.css';

interface Props {
  readonly value: readonly Stage[];
  about(field: string): string | undefined;
  onChange(value: readonly Stage[]): void;
}

/** The stages of a plan, a line each. */
export function StagesField({ value, about, onChange }: Props) {
  const set = (index: number, part: Partial<Stage>) =>
    onChange(value.map((stage, at) => (at === index ? { ...stage, ...part } : stage)));
  return (
    <div className={css.body}>
      <ol className={css.stages}>
        {value.map((stage, index) => {
          const n = index + 1;
          const at = `stages[${index}]`;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: stages have no identity but their place
            <li key={index} aria-label={t.stage(n)}>
              <NumberInput
                label={t.percent}
                min={0}
                max={100}
                decimalScale={3}
                hideControls
                suffix={'\u00a0%'}
                value={stage.percent}
                error={about(`${at}.percent`)}
                onChange={(next) => set(index, { percent: Number(next || 0) })}
              />
              <Select
                label={t.advance}
                allowDeselect={false}
                data={Object.entries(t.advanceBy).map(([key, label]) => ({ value: key, label }))}
                value={stage.advance}
                error={about(`${at}.advance`)}
                onChange={(next) => next && set(index, { advance: next as Stage['advance'] })}
              />
              <DurationField
                label={t.bake}
                value={stage.bakeMs}
                error={about(`${at}.bakeMs`)}
                onChange={(bakeMs) => set(index, { bakeMs })}
              />
              <DurationField
                label={t.maxHold}
                disabled={stage.advance !== 'evidence'}
                value={stage.maxHoldMs}
                error={about(`${at}.maxHoldMs`)}
                onChange={(maxHoldMs) => set(index, { maxHoldMs })}
              />
              <Tooltip label={t.removeStage(n)}>
                <ActionIcon
                  className={css.remove ?? ''}
                  variant="subtle"
                  color="gray"
                  aria-label={t.removeStage(n)}
                  disabled={value.length === 1}
                  onClick={() => onChange(value.filter((_, place) => place !== index))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Tooltip>
            </li>
          );
        })}
      </ol>
      {about('stages') && <Text c="var(--bad)">{about('stages')}</Text>}
      <Text className="muted" fz="sm" mb="xs">
        {t.maxHoldHint}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...value, nextStage(value)])}
      >
        {t.addStage}
      </Button>
    </div>
  );
}
