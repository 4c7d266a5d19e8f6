import { Button, NumberInput, Slider } from '@mantine/core';
import { type KeyboardEvent, useId } from 'react';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { percent as words } from '../text/format.ts';
import css from './percent-field.module.css';

const PRESETS = [1, 5, 10, 25, 50, 100];
const DIRECTIONS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};

/** How far a key moves the slider, or null where it means nothing: whole percents, tenths with Shift, thousandths with Alt. */
export function stepOf({ key, shiftKey, altKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey'>): number | null {
  const direction = DIRECTIONS[key];
  if (direction === undefined) return null;
  return direction * (altKey ? 0.001 : shiftKey ? 0.1 : 1);
}

/** A percent of three decimals. */
export const thousandths = (percent: number): number => Math.round(Math.min(100, Math.max(0, percent)) * 1000) / 1000;

/** A percent with three decimals: a slider for the hand and for keys, a field for typing, and the usual steps. */
export function PercentField({ value, onChange, label }: { value: number; onChange: (value: number) => void; label?: string }) {
  const hint = useId();
  const set = (next: number) => onChange(thousandths(next));
  const press = (event: KeyboardEvent) => {
    const step = stepOf(event);
    if (step === null) return;
    event.preventDefault();
    event.stopPropagation();
    set(value + step);
  };
  return (
    <div className={css.field}>
      <div onKeyDownCapture={press}>
        <Slider
          className={css.slider ?? ''}
          value={value}
          onChange={set}
          min={0}
          max={100}
          step={1}
          label={null}
          thumbLabel={label ?? text.rules.percent}
          thumbValueText={words(value)}
          thumbProps={{ 'aria-describedby': hint }}
        />
      </div>
      <NumberInput
        className={css.number ?? ''}
        aria-label={label ?? text.rules.percent}
        value={value}
        onChange={(next) => typeof next === 'number' && set(next)}
        min={0}
        max={100}
        decimalScale={3}
        suffix={'\u00a0%'}
        clampBehavior="strict"
      />
      <div className={css.presets}>
        {PRESETS.map((preset) => (
          <Button key={preset} size="compact-xs" variant="default" aria-pressed={preset === value} onClick={() => set(preset)}>
            {words(preset)}
          </Button>
        ))}
      </div>
      <p className={css.hint} id={hint}>
        {page.percentKeys}
      </p>
    </div>
  );
}
