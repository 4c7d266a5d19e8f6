import { Group, Input, NativeSelect, NumberInput } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { frame as t } from '../text/frame.ts';

const UNITS = [
  ['s', 1000, t.seconds],
  ['min', 60_000, t.minutes],
  ['h', 3_600_000, t.hours],
  ['d', 86_400_000, t.days],
] as const;
type Unit = (typeof UNITS)[number][0];

const sizeOf = (unit: Unit): number => UNITS.find(([name]) => name === unit)?.[1] ?? 1000;

/** The largest unit in which a length is a round number. */
function unitFor(ms: number): Unit {
  const fitting = UNITS.filter(([, size]) => ms > 0 && ms % size === 0).at(-1);
  return fitting?.[0] ?? (ms === 0 ? 'min' : 's');
}

interface Props {
  readonly label: string;
  readonly description?: ReactNode;
  readonly error?: ReactNode;
  readonly hideLabel?: boolean;
  readonly disabled?: boolean;
  /** ms */
  readonly value: number;
  onChange(ms: number): void;
}

/** A length of time: a number and its unit. */
export function DurationField({ label, description, error, hideLabel = false, disabled = false, value, onChange }: Props) {
  const [unit, setUnit] = useState(() => unitFor(value));
  const id = useId();
  const named = hideLabel ? {} : { label, description };
  return (
    <Input.Wrapper {...named} error={error} labelProps={{ htmlFor: id }}>
      <Group gap={4} wrap="nowrap">
        <NumberInput
          id={id}
          flex={1}
          miw={52}
          hideControls
          disabled={disabled}
          error={Boolean(error)}
          {...(hideLabel ? { 'aria-label': label } : {})}
          min={0}
          decimalScale={3}
          value={value / sizeOf(unit)}
          onChange={(next) => onChange(Math.round(Number(next || 0) * sizeOf(unit)))}
        />
        <NativeSelect
          w={78}
          disabled={disabled}
          aria-label={t.unit(label)}
          data={UNITS.map(([name, , words]) => ({ value: name, label: words }))}
          value={unit}
          onChange={(event) => {
            const next = event.currentTarget.value as Unit;
            onChange(Math.round((value / sizeOf(unit)) * sizeOf(next)));
            setUnit(next);
          }}
        />
      </Group>
    </Input.Wrapper>
  );
}
