import type { PromotedPercents, PromotionPart } from '@burgee/server/api';
import { Button, Checkbox, Group, Modal, NativeSelect, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { promoteFlag, targetingOf } from '../../api/changes.ts';
import * as queries from '../../api/queries.ts';
import type { FlagRow } from '../../api/resources.ts';
import { Failure } from '../../app/feedback.tsx';
import { useMay } from '../../app/permissions.ts';
import { explain, sayDone } from '../../app/toast.ts';
import { text } from '../../text/catalogue.ts';
import { page } from '../../text/flag-page.ts';
import { ChangeLine } from '../change-line.tsx';
import { confirmation, difference } from '../difference.ts';
import { Movers } from '../movers-list.tsx';
import { NotUnderstood } from '../not-understood-list.tsx';
import { isMoved } from '../save.ts';
import { isProduction } from '../targeting.ts';
import css from './dialog.module.css';
import { PartDiff } from './part-diff.tsx';

const t = page.promotion;

interface Props {
  readonly row: FlagRow;
  /** The environment that is looked at. */
  readonly chosen: string;
  onClose(): void;
}

/** Two environments of a flag side by side, and the way to make the second like the first, with what the flag needs there. */
export function PromotionDialog({ row, chosen, onClose }: Props) {
  const { flag, states } = row;
  const places = states.map(({ state }) => state.environment);
  const [from, setFrom] = useState(() => sourceFor(places, chosen));
  const [to, setTo] = useState(() => (from === chosen ? targetFor(places, chosen) : chosen));
  const [percents, setPercents] = useState<PromotedPercents>('source');
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const preview = useQuery({ ...queries.promotion(flag.project, to, flag.key, from, percents), enabled: from !== to });
  const may = useMay();
  const client = useQueryClient();
  const parts = preview.data ?? [];
  const changed = parts.filter((part) => !part.prerequisite || !without.has(part.flag)).filter(differs);
  const at = { project: flag.project, environment: to, flag: flag.key };
  const own = parts.find((part) => !part.prerequisite);
  const wanted = parts.filter((part) => !part.prerequisite || (!without.has(part.flag) && differs(part)));
  const promote = useMutation({
    mutationFn: () => promoteFlag(at, from, percents, wanted),
    onSuccess: () => {
      sayDone(t.done(flag.name || flag.key, from, to));
      onClose();
    },
    onSettled: () => {
      for (const queryKey of [['flag', flag.project], ['flags', flag.project], ['promotion', flag.project], ['audit']])
        void client.invalidateQueries({ queryKey });
    },
    meta: { quiet: true },
  });
  return (
    <Modal opened onClose={onClose} title={<strong>{t.title(flag.name || flag.key)}</strong>} size="xl">
      <Stack gap="md">
        <Places places={places} from={from} to={to} onFrom={setFrom} onTo={setTo} />
        <NativeSelect
          label={t.percents}
          data={[
            { value: 'source', label: t.likeSource(from) },
            { value: 'target', label: t.likeTarget(to) },
          ]}
          value={percents}
          onChange={(event) => setPercents(event.currentTarget.value as PromotedPercents)}
        />
        {from === to && <Text role="alert">{t.same}</Text>}
        {preview.error && !preview.data && <Failure error={preview.error} retry={() => void preview.refetch()} />}
        {preview.isLoading && <Skeleton height={120} />}
        {own && differs(own) && <ChangeLine>{confirmation(to, targetingOf(own.before), targetingOf(own.after)).head}</ChangeLine>}
        {own && <PartDiff part={own} flag={flag} />}
        {parts
          .filter((part) => part.prerequisite)
          .map((part) => (
            <PrerequisitePart
              key={part.flag}
              part={part}
              comes={!without.has(part.flag)}
              onComes={(comes) => {
                const next = new Set(without);
                comes ? next.delete(part.flag) : next.add(part.flag);
                setWithout(next);
              }}
            />
          ))}
        {own && differs(own) && <Movers at={at} before={targetingOf(own.before)} after={targetingOf(own.after)} />}
        {own && differs(own) && (
          <NotUnderstood at={at} access={flag.browserAccess} before={targetingOf(own.before)} after={targetingOf(own.after)} />
        )}
        {own && changed.length === 0 && <Text className="muted">{t.alike(from, to)}</Text>}
        {promote.error && (
          <Text c="var(--bad)" role="alert">
            {isMoved(promote.error) || isConflict(promote.error) ? t.moved : explain(promote.error)}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {text.app.cancel}
          </Button>
          {may('state:write') && (
            <Button
              data-autofocus
              loading={promote.isPending}
              disabled={changed.length === 0 || from === to || preview.isFetching || flag.archived}
              onClick={() => promote.mutate()}
            >
              {t.submit(to)}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

const differs = ({ before, after }: PromotionPart): boolean => difference(targetingOf(before), targetingOf(after)).length > 0;
const isConflict = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'conflict';

/** What is usually promoted: what stands before the environment that is looked at, into it. */
function sourceFor(places: readonly string[], chosen: string): string {
  const at = places.indexOf(chosen);
  const staging = places.find((place) => /^(stag|pre|test|qa)/i.test(place));
  if (isProduction(chosen)) return staging ?? places[at - 1] ?? places.find((place) => place !== chosen) ?? chosen;
  return chosen;
}

function targetFor(places: readonly string[], chosen: string): string {
  return places.find(isProduction) ?? places.find((place) => place !== chosen) ?? chosen;
}

interface PlacesProps {
  readonly places: readonly string[];
  readonly from: string;
  readonly to: string;
  onFrom(place: string): void;
  onTo(place: string): void;
}

function Places({ places, from, to, onFrom, onTo }: PlacesProps) {
  return (
    <div className={css.places}>
      <NativeSelect label={t.from} data={[...places]} value={from} onChange={(event) => onFrom(event.currentTarget.value)} />
      <span aria-hidden="true">→</span>
      <NativeSelect label={t.to} data={[...places]} value={to} onChange={(event) => onTo(event.currentTarget.value)} />
    </div>
  );
}

function PrerequisitePart({ part, comes, onComes }: { part: PromotionPart; comes: boolean; onComes: (comes: boolean) => void }) {
  const lines = difference(targetingOf(part.before), targetingOf(part.after));
  return (
    <section className={css.needed}>
      <Checkbox
        label={t.needs(part.flag)}
        checked={comes && lines.length > 0}
        disabled={lines.length === 0}
        onChange={(event) => onComes(event.currentTarget.checked)}
      />
      {lines.length === 0 ? <p>{t.alreadySo}</p> : <PartDiff part={part} />}
      {!comes && lines.length > 0 && <p role="alert">{t.without(part.flag)}</p>}
    </section>
  );
}
