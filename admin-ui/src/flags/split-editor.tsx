import type { Split } from '@burgee/engine';
import { Button, Group, NumberInput, Text } from '@mantine/core';
import { text } from '../text/catalogue.ts';
import { percent } from '../text/format.ts';
import css from './split-editor.module.css';

const t = text.rules;

/** Weights of a split as percents with one decimal; together they make 1000 thousandths. */
export function SplitEditor({
  variants,
  split,
  onChange,
}: {
  variants: readonly string[];
  split: Split;
  onChange: (split: Split) => void;
}) {
  const sum = split.weights.reduce((all, { weight }) => all + weight, 0);
  // What an import brought with another sum is shown in thousandths from the first edit on.
  const scale = sum > 0 && split.by !== undefined ? 1000 / sum : 1;
  const weightOf = (variant: string) => Math.round((split.weights.find((w) => w.variant === variant)?.weight ?? 0) * scale);
  const total = variants.reduce((all, variant) => all + weightOf(variant), 0);
  const set = (changed: string, weight: number) =>
    onChange({
      ...split,
      weights: variants.map((variant) => ({ variant, weight: variant === changed ? weight : weightOf(variant) })),
    });
  const even = () =>
    onChange({
      ...split,
      weights: variants.map((variant, i) => ({
        variant,
        weight: Math.floor(1000 / variants.length) + (i < 1000 % variants.length ? 1 : 0),
      })),
    });
  return (
    <div className={css.split}>
      <svg className={css.bar} viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
        {variants.map((variant, i) => (
          <rect
            key={variant}
            x={variants.slice(0, i).reduce((all, v) => all + weightOf(v), 0)}
            width={Math.max(0, weightOf(variant) - 4)}
            height="8"
            opacity={1 - (0.7 * i) / variants.length}
          />
        ))}
      </svg>
      <div className={css.weights}>
        {variants.map((variant) => (
          <NumberInput
            key={variant}
            label={variant}
            aria-label={t.weight(variant)}
            min={0}
            max={100}
            step={1}
            decimalScale={1}
            suffix={'\u00a0%'}
            value={weightOf(variant) / 10}
            onChange={(next) => typeof next === 'number' && set(variant, Math.round(next * 10))}
          />
        ))}
      </div>
      <Group gap="sm" mt={8}>
        <Button size="compact-xs" variant="default" onClick={even}>
          {t.even}
        </Button>
        <Text fz="sm" c={total === 1000 ? 'dimmed' : 'var(--bad)'} role={total === 1000 ? undefined : 'alert'}>
          {total === 1000 ? t.sums : total < 1000 ? t.left(percent((1000 - total) / 10)) : t.over(percent((total - 1000) / 10))}
        </Text>
      </Group>
    </div>
  );
}
