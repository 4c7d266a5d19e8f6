import type { RolloutPreview } from '@burgee/server/api';
import { Skeleton, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type NewRollout, previewRollout } from '../api/changes.ts';
import { explain } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { count, duration, percent, rate, unbroken } from '../text/format.ts';
import { preview as t } from '../text/preview.ts';
import css from './preview.module.css';

/** What a start would do, as it is typed: people, time and what each guard can see per stage, and whether it would start at all. */
export function StartPreview({ project, environment, body }: { project: string; environment: string; body: NewRollout }) {
  const { data, error, isPending } = useQuery({
    queryKey: ['rollout-preview', project, environment, body],
    queryFn: () => previewRollout(project, environment, body),
    placeholderData: (before) => before,
    staleTime: 15_000,
    retry: false,
    meta: { quiet: true },
  });
  if (isPending) return <Skeleton height={140} aria-label={t.loading} />;
  if (error && !data) return <Text size="sm">{t.unknown(explain(error))}</Text>;
  if (!data) return null;
  return (
    <section aria-label={t.title} className={css.preview}>
      <p className={css.traffic}>{trafficWords(data)}</p>
      <table className={css.table}>
        <thead>
          <tr>
            {[t.stage, t.people, t.time, t.sees].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.stages.map((stage) => (
            <StageRow key={stage.stage} {...stage} />
          ))}
        </tbody>
      </table>
      <p className={css.whole}>{data.expectedMs === null ? t.unknownTime : t.whole(duration(data.expectedMs))}</p>
      <ul className={css.notes}>
        {data.checks.map((check) => (
          <li key={check.key} data-tone={check.refuses ? 'bad' : check.verdict === 'pass' ? 'good' : undefined}>
            <Mark isGood={!check.refuses && check.verdict === 'pass'} />
            <span>
              <strong>{check.key}</strong> {unbroken(check.text)}
            </span>
          </li>
        ))}
        {data.warnings.map(({ code, stage, guard, text: said }) => (
          <li key={`${code} ${stage} ${guard}`} data-tone="warn">
            <Mark isGood={false} />
            <span>{unbroken(said)}</span>
          </li>
        ))}
        <Verdict preview={data} />
      </ul>
    </section>
  );
}

function StageRow({ percent: to, skipped, people, expectedMs, advance, guards }: RolloutPreview['stages'][number]) {
  return (
    <tr data-skipped={skipped}>
      <th scope="row">{percent(to)}</th>
      {skipped ? (
        <td colSpan={3}>{t.skipped}</td>
      ) : (
        <>
          <td>{people === null ? t.notKnown : count(people)}</td>
          <td>
            {expectedMs !== null ? duration(expectedMs) : advance === 'manual' ? t.byHand : t.notKnown}
            <span className={css.sees}>{text.rollouts.advanceBy[advance]}</span>
          </td>
          <td>
            {guards.map(({ key, text: said }) => (
              <span key={key} className={css.sees}>
                {unbroken(said)}
              </span>
            ))}
          </td>
        </>
      )}
    </tr>
  );
}

function Verdict({ preview: { wouldStart, refusal, waits, existing } }: { preview: RolloutPreview }) {
  if (existing) return <li data-tone="warn">{t.existing(existing.state, percent(existing.percent))}</li>;
  if (!wouldStart) {
    return (
      <li data-tone="bad">
        <Mark isGood={false} />
        <span>{t.refused(refusal?.detail ?? '')}</span>
      </li>
    );
  }
  return waits ? <li data-tone="warn">{unbroken(waits.text)}</li> : null;
}

const Mark = ({ isGood }: { isGood: boolean }) =>
  isGood ? <IconCircleCheck size={16} aria-hidden="true" /> : <IconAlertTriangle size={16} aria-hidden="true" />;

function trafficWords({ traffic: { people, perSecond, failing } }: RolloutPreview): string {
  if (people === null && perSecond === null) return t.noTraffic;
  const known = [
    ...(people === null ? [] : [t.dayPeople(count(people))]),
    ...(perSecond === null ? [] : [t.daySpeed(perSecond < 10 ? perSecond.toFixed(1) : count(perSecond))]),
    ...(failing === null ? [] : [t.dayFailing(rate(failing))]),
  ];
  return t.day(known.join(', '));
}
