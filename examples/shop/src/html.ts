/** What the page needs to know. */
export interface Settings {
  /** The Burgee server. */
  readonly url: string;
  /** A client key. */
  readonly key: string;
  readonly user: string;
}

/** The shop's page. JSON inside of HTML must not end its element. */
export const html = (settings: Settings): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Harbour Shop</title>
<script type="application/json" id="settings">${JSON.stringify(settings).replaceAll('<', '\\u003c')}</script>
<script type="module" src="/page.js"></script>
<div id="shop"></div>
</html>
`;
