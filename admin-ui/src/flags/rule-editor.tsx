import type { Condition } from '@burgee/engine';
import type { Flag } from '@burgee/server/api';
import { Autocomplete, Input, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewRule } from '../api/changes.ts';
import * as queries from '../api/queries.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { ConditionEditor } from './condition-editor.tsx';
import { PercentField } from './percent-field.tsx';
import css from './rule-editor.module.css';
import { evenWeights } from './split.ts';
import { SplitEditor } from './split-editor.tsx';
import { conditionWords } from './words.ts';

const t = text.rules;
const SPLIT = '\u0000split';
const OTHER = '\u0000other';

interface Props {
  readonly flag: Flag;
  readonly environment: string;
  readonly rule: NewRule;
  readonly ramped: boolean;
  onChange(rule: NewRule): void;
}

/** Everything of one rule: who, how many, by what, and what they get. */
export function RuleEditor({ flag, environment, rule, ramped, onChange }: Props) {
  const attributes = useQuery(queries.attributes(flag.project, environment)).data;
  const set = (part: Partial<NewRule>) => onChange({ ...rule, ...part });
  return (
    <Stack gap="lg" className={css.editor ?? ''}>
      <TextInput
        label={t.title}
        placeholder={t.titleHint}
        maw={420}
        value={rule.title ?? ''}
        onChange={(event) => set({ title: event.currentTarget.value })}
      />
      <Input.Wrapper label={t.who} labelElement="div">
        <ConditionEditor value={groupOf(rule.when)} attributes={attributes} onChange={(when) => set({ when })} />
        <Segments flag={flag} rule={rule} onChange={onChange} />
      </Input.Wrapper>
      <div className={css.share}>
        <Input.Wrapper label={t.percent} description={t.percentHint} labelElement="div" className={css.percent ?? ''}>
          <div className={css.percentField}>
            <PercentField value={rule.percent} onChange={(percent) => set({ percent })} />
          </div>
          {ramped && (
            <Text fz="sm" c="var(--warn)" mt={6}>
              {text.flags.turn.ramped}
            </Text>
          )}
        </Input.Wrapper>
        <By by={rule.by} names={(attributes ?? []).map(({ name }) => name)} onChange={(by) => set({ by })} />
      </div>
      <Serves flag={flag} rule={rule} onChange={onChange} />
    </Stack>
  );
}

/** The editor works on a group; a single leaf becomes one of it, which means the same. */
function groupOf(when: Condition | undefined): Condition {
  if (when === undefined) return { all: [] };
  return 'all' in when || 'any' in when ? when : { all: [when] };
}

function Segments({ flag, rule, onChange }: Pick<Props, 'flag' | 'rule' | 'onChange'>) {
  const { data = [] } = useQuery(queries.segments(flag.project));
  const used = rule.segments ?? [];
  if (data.length === 0 && used.length === 0) return null;
  const names = data.map(({ segment }) => ({ value: segment.key, label: segment.name || segment.key }));
  const pick = (negate: boolean) => used.filter((s) => (s.negate ?? false) === negate).map((s) => s.segment);
  const set = (negate: boolean, keys: string[]) => {
    const others = used.filter((s) => (s.negate ?? false) !== negate);
    onChange({ ...rule, segments: [...others, ...keys.map((segment) => (negate ? { segment, negate } : { segment }))] });
  };
  return (
    <div className={css.segments}>
      <MultiSelect label={t.segmentsIn} data={names} value={pick(false)} onChange={(keys) => set(false, keys)} searchable />
      <MultiSelect label={t.segmentsOut} data={names} value={pick(true)} onChange={(keys) => set(true, keys)} searchable />
      {used.map(({ segment }) => {
        const found = data.find((one) => one.segment.key === segment)?.segment;
        return (
          found && (
            <Text key={segment} fz="xs" className={`muted ${css.means}`}>
              {page.conditions.segmentIs(found.name || found.key, conditionWords(found.when))}
            </Text>
          )
        );
      })}
    </div>
  );
}

interface ByProps {
  readonly by: string;
  /** Attributes that are known here. */
  readonly names: readonly string[];
  onChange(by: string): void;
}

function By({ by, names, onChange }: ByProps) {
  const [own, setOwn] = useState(by !== 'default' && by !== 'random');
  const options = [
    { value: 'default', label: t.byOptions.default },
    { value: 'random', label: t.byOptions.random },
    { value: OTHER, label: t.otherAttribute },
  ];
  return (
    <div className={css.by}>
      <Select
        label={t.unit}
        description={t.byHint}
        allowDeselect={false}
        data={options}
        value={own ? OTHER : by}
        onChange={(next) => {
          setOwn(next === OTHER);
          if (next && next !== OTHER) onChange(next);
        }}
      />
      {own && (
        <Autocomplete
          mt={6}
          aria-label={t.attribute}
          placeholder={t.attribute}
          maxLength={100}
          data={[...names]}
          value={by === 'default' || by === 'random' ? '' : by}
          onChange={(name) => onChange(name || 'default')}
        />
      )}
    </div>
  );
}

function Serves({ flag, rule, onChange }: Pick<Props, 'flag' | 'rule' | 'onChange'>) {
  const keys = flag.variants.map((variant) => variant.key);
  const even = () => {
    const weights = evenWeights(keys.length);
    return { split: { weights: keys.map((variant, index) => ({ variant, weight: weights[index] ?? 0 })) } };
  };
  const isSplit = 'split' in rule.serve;
  return (
    <div>
      <Select
        label={t.serves}
        w={240}
        allowDeselect={false}
        data={[...keys.map((key) => ({ value: key, label: key })), { value: SPLIT, label: t.split }]}
        value={'variant' in rule.serve ? rule.serve.variant : SPLIT}
        onChange={(next) => next && onChange({ ...rule, serve: next === SPLIT ? even() : { variant: next } })}
      />
      {isSplit && 'split' in rule.serve && (
        <SplitEditor variants={keys} split={rule.serve.split} onChange={(split) => onChange({ ...rule, serve: { split } })} />
      )}
    </div>
  );
}
