/** A first mail as people write them: a few variables, a few paragraphs, a link, about 1 kB. */
export const SUBJECT = 'Hi {first_name}, a thought about {{ company | default: "your team" }}';

export const BODY = `<html><body style="font-family:Arial,sans-serif;font-size:14px;color:#222222">
<p>Hello {first_name},</p>
<p>I read what {{ company | default: "your team" }} published about shorter release cycles, and one sentence stayed with
me: the part that takes longest is the waiting between two teams. We have spent three years on that waiting, with
companies of your size, and would like to show you what came out of it.</p>
<p>In short: our customers let two people look after what needed six before, and they hear of a problem in minutes, not
on the next morning. As {{ title | default: "somebody who plans" }} you may want the figures rather than the story, so
here they are, on a single page, with the names of those who agreed to be asked about them.</p>
<p><a href="{{ cta_link }}" style="color:#0055aa">Have a look at the page</a></p>
<p>If a call is easier, answer this mail with two times that suit you. If it is not for you, say so, and you will not
hear from me again.</p>
<p>Kind regards<br>Ada Bench<br>Engines Ltd, 12 Analytical Street, London</p>
</body></html>
`;
