import type { Split } from '@burgee/engine';
import { Button, Group, NumberInput, Text } from '@mantine/core';
import { useState } from 'react';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { evenWeights, type Weights, weightsOf, withWeight } from './split.ts';
import { SplitBar } from './split-bar.tsx';
import css from './split-editor.module.css';

const t = text.rules;

interface Props {
  readonly variants: readonly string[];
  readonly split: Split;
  onChange(split: Split): void;
}

/** The shares of a split as percents with one decimal. Whatever is done, they make 100 %. */
export function SplitEditor({ variants, split, onChange }: Props) {
  const weights = weightsOf(split, variants);
  // while a number is being typed, the others follow from what they were before its first digit
  const [before, setBefore] = useState<Weights | null>(null);
  const set = (next: Weights) =>
    onChange({ ...split, weights: variants.map((variant, index) => ({ variant, weight: next[index] ?? 0 })) });
  return (
    <div className={css.split}>
      <SplitBar variants={variants} weights={weights} onChange={set} />
      <div className={css.weights}>
        {variants.map((variant, index) => (
          <NumberInput
            key={variant}
            label={variant}
            aria-label={t.weight(variant)}
            min={0}
            max={100}
            step={1}
            decimalScale={1}
            clampBehavior="strict"
            suffix={'\u00a0%'}
            value={(weights[index] ?? 0) / 10}
            onFocus={() => setBefore(weights)}
            onBlur={() => setBefore(null)}
            onChange={(next) => {
              const wanted = Math.round(Number(next) * 10);
              if (typeof next === 'number' && wanted !== weights[index]) set(withWeight(before ?? weights, index, wanted));
            }}
          />
        ))}
      </div>
      <Group gap="sm" mt={8}>
        <Button size="compact-xs" variant="default" onClick={() => set(evenWeights(variants.length))}>
          {t.even}
        </Button>
        <Text fz="xs" className="muted">
          {page.split.keys}
        </Text>
      </Group>
    </div>
  );
}
