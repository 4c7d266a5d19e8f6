import type { FlagKind } from '@burgee/server/api';
import { text } from '../text/catalogue.ts';
import css from './kind-picker.module.css';

const t = text.flags;

/** Why the flag exists: the first question, since the rest follows from it. */
export function KindPicker({ value, onChange }: { value: FlagKind; onChange: (kind: FlagKind) => void }) {
  return (
    <fieldset className={css.kinds}>
      <legend>{t.kind}</legend>
      <div>
        {(Object.keys(t.kinds) as FlagKind[]).map((kind) => (
          <label key={kind} data-chosen={kind === value}>
            <input type="radio" name="kind" value={kind} checked={kind === value} onChange={() => onChange(kind)} />
            {t.kinds[kind]}
          </label>
        ))}
      </div>
      <p>
        {t.form.kindMeans[value]} {t.form.lifetime(LIFETIME[value])}
      </p>
    </fieldset>
  );
}

/** Days that the server expects of each kind unless it is told. */
const LIFETIME: Readonly<Record<FlagKind, number | null>> = {
  release: 40,
  experiment: 40,
  operational: 180,
  'kill-switch': null,
  permission: null,
};
