/** Plain pages without assets, scripts or anything of the mail: what a stranger sees who holds a link. */

const QUESTION = `
  <p>You will get no more e-mail from us at the address that this link was sent to.</p>
  <form method="post"><button type="submit">Unsubscribe</button></form>`;

const DONE = '<p>You are unsubscribed. You will get no more e-mail from us.</p>';

const UNKNOWN = '<p>This link is not one of ours, or not all of it has arrived.</p>';

export const UNSUBSCRIBE_PAGES = {
  question: page('Unsubscribe', QUESTION),
  done: page('Unsubscribed', DONE),
  unknown: page('Unknown link', UNKNOWN),
} as const;

/** The link is a secret of its mail: it goes to no other site, into no cache and no index. */
export const UNSUBSCRIBE_PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex, nofollow',
  'X-Content-Type-Options': 'nosniff',
} as const;

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <style>
    body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem; }
    button { font: inherit; padding: 0.5rem 1.5rem; }
  </style>
</head>
<body>
<main>
  <h1>${title}</h1>${content}
</main>
</body>
</html>
`;
}
