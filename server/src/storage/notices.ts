import type { Notice, NoticeRecord } from '../domain/notice/notice.ts';

/** A notice's row as both databases keep it; `body` and `deliveries` are JSON. */
interface NoticeRow {
  readonly id: number;
  readonly at: number;
  readonly body: string;
  readonly deliveries: string | null;
}

/** Days, in ms, that a notice is shown after it is over. */
export const NOTICES_KEPT = 30 * 86_400_000;

/** What a new notice's row holds; the database gives `id`. It is due at once. */
export function noticeRow(notice: Notice, at: number) {
  return { at, project: notice.project, body: JSON.stringify(notice), deliveries: null, due: at, owner: null, until: 0 };
}

export function noticeRecord({ id, at, body, deliveries }: NoticeRow): NoticeRecord {
  return {
    id,
    at,
    notice: JSON.parse(body) as Notice,
    deliveries: deliveries === null ? null : (JSON.parse(deliveries) as NoticeRecord['deliveries']),
  };
}

/** `notice/shop/12`: for watchers. */
export function noticePath(project: string, id: number): string {
  return `notice/${project}/${id}`;
}
