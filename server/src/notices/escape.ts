/** Text that a person chose, for Slack's mrkdwn: control characters are escaped, and marks lose their meaning. */
export function escapeMrkdwn(text: string): string {
  return (
    oneLine(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // between a mark and a word joiner Slack sees no formatting, and people see no difference
      .replaceAll(/[*_~`|@]/g, (mark) => `${mark}\u2060`)
  );
}

/** Text for HTML, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return oneLine(text).replaceAll(/[&<>"'`=]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** One line without control characters, nor those that reverse or hide what follows. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll(/[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '');
}
