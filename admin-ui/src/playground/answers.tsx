import { type EvaluationContext, needsRegex, type PrepareOptions } from '@burgee/engine';
import type { Environment } from '@burgee/server/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { FlagRow, SegmentRow } from '../api/resources.ts';
import { Empty } from '../app/feedback.tsx';
import { number, percent } from '../text/format.ts';
import { playground as t } from '../text/playground.ts';
import { type Answer, answer, ask, rulesetOf } from './evaluate.ts';
import css from './page.module.css';

interface Props {
  readonly project: string;
  readonly rows: readonly FlagRow[];
  readonly segments: readonly SegmentRow[];
  readonly environments: readonly Environment[];
  readonly context: EvaluationContext;
  readonly search: string;
}

/** Every flag's answer, one column for each environment. */
export function Answers({ project, rows, segments, environments, context, search }: Props) {
  const rulesets = useMemo(
    () => environments.map(({ key }) => rulesetOf(rows, segments, project, key)),
    [environments, project, rows, segments],
  );
  const regex = useRegex(rulesets.some(needsRegex));
  const asked = useMemo(() => rulesets.map((ruleset) => ask(ruleset, regex)), [rulesets, regex]);
  const words = search.toLowerCase().split(/\s+/);
  const found = rows.filter(({ flag }) => words.every((word) => `${flag.name} ${flag.key}`.toLowerCase().includes(word)));
  if (found.length === 0) return <Empty title={t.noMatch}>{t.noMatchText}</Empty>;
  const now = Date.now();
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{t.flag}</th>
          {environments.map(({ key, name }) => (
            <th key={key} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {found.map(({ flag }) => (
          <tr key={flag.key}>
            <th scope="row">
              <Link to="/projects/$project/flags/$flag" params={{ project, flag: flag.key }}>
                {flag.name || flag.key}
              </Link>
              <span className="key muted">{flag.key}</span>
            </th>
            {asked.map((one, index) => (
              <td key={environments[index]?.key} data-environment={environments[index]?.name}>
                <Cell answer={answer(one, flag.key, context, now, 0.5)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ answer: { variant, value, reason, rule, bucket, note } }: { answer: Answer }) {
  const why = [
    rule ? t.rule(rule.place, rule.title) : (t.reasons[reason] ?? reason),
    ...(note === null ? [] : [reason === 'DISABLED' ? t.prerequisite(note) : note]),
    ...(bucket && reason !== 'DISABLED' ? [t.bucket(number(bucket.at), percent(bucket.percent), bucket.by)] : []),
  ];
  return (
    <>
      <span className={css.value} data-reason={reason} title={value ?? ''}>
        {value === null ? t.none : variant !== null && (value === 'true' || value === 'false') ? variant : value}
      </span>
      <span className={css.why}>{why.join(' · ')}</span>
    </>
  );
}

/** RE2, loaded where a flag has a pattern. */
function useRegex(isNeeded: boolean): PrepareOptions['regex'] {
  const { data } = useQuery({
    queryKey: ['re2'],
    enabled: isNeeded,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const { RE2JS } = await import('re2js');
      const regex: PrepareOptions['regex'] = (pattern, ignoreCase) => {
        const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
        return (text) => compiled.test(text);
      };
      return { regex };
    },
  });
  return data?.regex;
}
