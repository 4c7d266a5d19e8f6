import type { AuditRecord } from '@burgee/server/api';
import { audit as t } from '../text/audit.ts';
import { type SideLine, sideLines } from './side-lines.ts';
import css from './sides.module.css';

interface Props {
  readonly entry: Pick<AuditRecord, 'before' | 'after'>;
  /** Ids of the rules that the flag has there now, in order; undefined while that is not known. */
  readonly places: readonly string[] | undefined;
}

/** Both sides of a change: what a flag serves in sentences, anything else as it is stored. */
export function Sides({ entry: { before, after }, places }: Props) {
  const [was, is] = [sideLines(before), sideLines(after)];
  if (!was || !is) return <Stored before={before} after={after} />;
  return (
    <>
      <div className={css.sides}>
        <Told title={t.before} sign="−" lines={was} places={places} />
        <Told title={t.after} sign="+" lines={is} places={places} />
      </div>
      <details className={css.stored}>
        <summary>{t.side.stored}</summary>
        <Stored before={before} after={after} />
      </details>
    </>
  );
}

interface ToldProps {
  readonly title: string;
  readonly sign: string;
  readonly lines: readonly SideLine[];
  readonly places: Props['places'];
}

function Told({ title, sign, lines, places }: ToldProps) {
  const placeOf = (id: string) => {
    const place = places?.indexOf(id);
    return place === undefined ? '' : `${place < 0 ? t.side.gone : t.side.now(place + 1)} · `;
  };
  return (
    <figure className={css.side} data-sign={sign}>
      <figcaption>
        {sign} {title}
      </figcaption>
      <ul>
        {lines.length === 0 && <li className="muted">{t.nothing}</li>}
        {lines.map(({ text, id }) => (
          <li key={id ?? text}>
            {text}
            {id !== undefined && (
              <small>
                {placeOf(id)}
                <span className="key">{id}</span>
              </small>
            )}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Stored({ before, after }: Props['entry']) {
  return (
    <div className={css.sides}>
      {(
        [
          ['−', t.before, before],
          ['+', t.after, after],
        ] as const
      ).map(([sign, title, value]) => (
        <figure key={sign} className={css.side} data-sign={sign}>
          <figcaption>
            {sign} {title}
          </figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{value === null || value === undefined ? t.nothing : JSON.stringify(value, null, 2)}</pre>
        </figure>
      ))}
    </div>
  );
}
