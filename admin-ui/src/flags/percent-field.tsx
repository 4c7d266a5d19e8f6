import { Button, NumberInput, Slider } from '@mantine/core';
import { text } from '../text/catalogue.ts';
import { percent as words } from '../text/format.ts';
import css from './percent-field.module.css';

const PRESETS = [1, 5, 10, 25, 50, 100];

/** A percent with three decimals: a slider for the hand, a field for the keyboard, and the usual steps. */
export function PercentField({ value, onChange, label }: { value: number; onChange: (value: number) => void; label?: string }) {
  const set = (next: number) => onChange(Math.round(Math.min(100, Math.max(0, next)) * 1000) / 1000);
  return (
    <div className={css.field}>
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
      />
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
    </div>
  );
}
