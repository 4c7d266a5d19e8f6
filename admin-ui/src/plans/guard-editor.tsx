import type { Guard, LatencyGuard, SourceGuard } from '@burgee/server/api';
import { NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { DurationField } from '../app/duration-field.tsx';
import { plans } from '../text/plans.ts';
import { comparesArms } from './draft.ts';
import css from './plans.module.css';

const t = plans.guard;
const STEPS_BACK = { coolDownMs: 600_000, retries: 2 };

interface Props<G extends Guard> {
  readonly guard: G;
  readonly sources: readonly { readonly value: string; readonly label: string }[];
  about(field: string): string | undefined;
  onChange(guard: Guard): void;
}

/** What one guard watches, what it tolerates, and what it may do. */
export function GuardEditor({ guard, sources, about, onChange }: Props<Guard>) {
  const set = (part: object) => onChange({ ...guard, ...part } as Guard);
  const actions = Object.entries(t.actions).filter(
    ([action]) => guard.kind !== 'threshold' || action === 'observe' || action === 'pause',
  );
  return (
    <div className={css.fields}>
      <TextInput
        label={t.key}
        value={guard.key}
        error={about('key')}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onChange={(event) => set({ key: event.currentTarget.value })}
      />
      <Select
        label={t.action}
        allowDeselect={false}
        data={actions.map(([value, label]) => ({ value, label }))}
        value={guard.action}
        error={about('action')}
        onChange={(action) => action && set({ action })}
      />
      {guard.action === 'back' && (
        <>
          <DurationField
            label={t.coolDown}
            value={guard.coolDownMs ?? STEPS_BACK.coolDownMs}
            error={about('coolDownMs')}
            onChange={(coolDownMs) => set({ coolDownMs })}
          />
          <Count
            label={t.retries}
            value={guard.retries ?? STEPS_BACK.retries}
            error={about('retries')}
            onChange={(retries) => set({ retries })}
          />
        </>
      )}
      {(guard.kind === 'outcomes' || guard.kind === 'latency' || (guard.kind === 'query' && comparesArms(guard))) && (
        <Count
          label={t.tolerated}
          hint={t.toleratedHint}
          value={guard.tolerated ?? 1}
          error={about('tolerated')}
          onChange={(tolerated) => set({ tolerated })}
        />
      )}
      {guard.kind === 'latency' && <Cutoffs guard={guard} about={about} set={set} />}
      {'source' in guard && <SourceFields guard={guard} sources={sources} about={about} set={set} />}
    </div>
  );
}

interface CountProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: number;
  readonly error: string | undefined;
  onChange(value: number): void;
}

function Count({ label, hint, value, error, onChange }: CountProps) {
  return (
    <NumberInput
      label={label}
      description={hint}
      hideControls
      decimalScale={6}
      value={value}
      error={error}
      onChange={(next) => onChange(Number(next || 0))}
    />
  );
}

type Part<G extends Guard> = Pick<Props<G>, 'guard' | 'about'> & { set(part: object): void };

function Cutoffs({ guard: { cutoffsMs }, about, set }: Part<LatencyGuard>) {
  const wrong = [about('cutoffsMs'), ...[0, 1, 2].map((n) => about(`cutoffsMs[${n}]`))].find((message) => message !== undefined);
  return (
    <>
      <Select
        label={t.cutoffs}
        allowDeselect={false}
        data={[
          { value: 'auto', label: t.cutoffsAuto },
          { value: 'own', label: t.cutoffsOwn },
        ]}
        value={cutoffsMs === 'auto' ? 'auto' : 'own'}
        error={cutoffsMs === 'auto' ? wrong : undefined}
        onChange={(next) => set({ cutoffsMs: next === 'auto' ? 'auto' : [300, 1000] })}
      />
      {cutoffsMs !== 'auto' && (
        <TagsInput
          label={t.cutoffsOwn}
          description={t.cutoffsHint}
          acceptValueOnBlur
          splitChars={[',', ' ']}
          value={cutoffsMs.map(String)}
          error={wrong}
          onChange={(next) => set({ cutoffsMs: next.map(Number).filter(Number.isFinite) })}
        />
      )}
    </>
  );
}

/** The texts with which each kind asks its source. */
const QUERIES = {
  query: [
    ['errors', t.errors],
    ['total', t.total],
  ],
  rate: [['events', t.events]],
  threshold: [['value', t.value]],
} as const;

function SourceFields({ guard, sources, about, set }: Part<SourceGuard> & Pick<Props<Guard>, 'sources'>) {
  return (
    <>
      <Select
        label={t.source}
        allowDeselect={false}
        data={[...sources]}
        value={guard.source || null}
        error={about('source') ?? (sources.length === 0 ? t.noSources : undefined)}
        onChange={(source) => source && set({ source })}
      />
      {guard.kind === 'query' && !comparesArms(guard) && (
        <Count
          label={t.limit}
          hint={t.limitHint}
          value={guard.limit}
          error={about('limit')}
          onChange={(limit) => set({ limit })}
        />
      )}
      {guard.kind === 'rate' && (
        <Count
          label={t.limitPerSecond}
          value={guard.limitPerSecond}
          error={about('limitPerSecond')}
          onChange={(limitPerSecond) => set({ limitPerSecond })}
        />
      )}
      {guard.kind === 'threshold' && (
        <>
          <Count label={t.limitValue} value={guard.limit} error={about('limit')} onChange={(limit) => set({ limit })} />
          <Count
            label={t.consecutive}
            value={guard.consecutive}
            error={about('consecutive')}
            onChange={(consecutive) => set({ consecutive })}
          />
        </>
      )}
      {QUERIES[guard.kind].map(([field, label]) => (
        <Textarea
          key={field}
          className={css.query ?? ''}
          label={label}
          description={t.queryHint}
          autosize
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={(guard as unknown as Record<string, string>)[field] ?? ''}
          error={about(field)}
          onChange={(event) => set({ [field]: event.currentTarget.value })}
        />
      ))}
      <DurationField
        label={t.window}
        value={guard.windowMs}
        error={about('windowMs')}
        onChange={(windowMs) => set({ windowMs })}
      />
      <DurationField label={t.lag} value={guard.lagMs} error={about('lagMs')} onChange={(lagMs) => set({ lagMs })} />
      <DurationField
        label={t.maxAge}
        value={guard.maxAgeMs}
        error={about('maxAgeMs')}
        onChange={(maxAgeMs) => set({ maxAgeMs })}
      />
    </>
  );
}
