/** Sentences with which mail systems begin to say that a mail did not arrive, in lower case; gaps are bounded. */
const FAILED = new RegExp(
  [
    'this is the .{1,60}(?:program|mail agent|mail system|mailer|mail delivery|email system|delivery system)',
    'this message was created automatically by (?:the )?(?:mail|e-mail|server|smtp|delivery)',
    'this is an automatically generated delivery',
    '(?:message|mail|e-mail|email|letter)s? .{0,80}(?:could|can|was|were|has|have|may|will|did)(?: ?n[o.]?t|not) (?:be |been |yet been |yet be )?(?:delivered|sent|reach|transmitted|transferred|processed|accepted|relayed)',
    '(?:was|were|could|can|has|have|been|not) ?(?:not|n.t)? (?:be |been |being )?(?:undeliverable|undelivered|returned to|bounced|rejected by|refused by)',
    'undeliver(?:able|ed) (?:mail|message|to|e-?mail)',
    'unable to (?:deliver|send|relay|process|transfer)',
    'not able to (?:deliver|send)',
    '(?:could|can|was|were|did)(?:n.t|not| not) (?:be able to )?(?:deliver|send)',
    'wasn.t (?:able to )?deliver',
    'couldn.t (?:be )?deliver',
    'fail(?:ed|ure) (?:to deliver|to send|delivering|to relay)',
    'deliver(?:y|ing)\\b.{0,60}(?:fail|error|problem|abort|delay|not possible|unsuccess|incomplete|rejected|refused|impossible|could not)',
    'failed (?:permanently|recipient|address)',
    '(?:following|these) .{0,40}(?:recipient|address)(?:e?s|\\(e?s\\))?.{0,60}(?:fail|problem|error|rejected|could not|were not|unknown|not be|undeliver|refus)',
    'error .{0,60}(?:deliver|sending|transmi|occurred)',
    '(?:had|were|having|experienc\\w{1,4}) .{0,30}(?:trouble|problems?|errors?|difficult\\w{1,5}) .{0,40}(?:deliver|send|address)',
    'transcript of (?:the )?session',
    'did not reach (?:the )?following',
    'returned (?:mail|message|to sender)',
    '(?:mail|message) (?:is )?(?:being )?(?:returned|bounced)',
    'non-?delivery',
    'delivery (?:status )?notification',
    'permanent (?:fatal )?(?:error|failure)',
    'fatal errors?',
    'failure (?:notice|reason)',
    'user unknown',
    'unknown (?:user|recipient|local)',
    'mailbox (?:is |was )?(?:full|unavailable|not found)',
    'no such (?:user|mailbox|recipient|address)',
    'over quota',
    'will keep trying',
    'has(?: not|n.t) (?:yet )?been delivered',
    'delivery .{0,40}(?:delayed|retried)',
    'still .{0,20}undelivered',
    'unzustellbar',
    'nicht .{0,40}zugestellt',
    'konnte nicht .{0,40}(?:zugestellt|gesendet|übermittelt|übertragen)',
    'konnten? .{0,80}nicht (?:zugestellt|gesendet|übermittelt|ausgeliefert)',
    'no (?:se )?(?:ha )?(?:podido|pudo|puede|fue posible) .{0,40}(?:entregar|enviar|ser entregado)',
    'no pudo ser entregado',
    'n.a (?:pas )?pu être (?:remis|délivré|livré|envoyé|distribué|acheminé)',
    'n.a pas (?:pu être|été) (?:remis|délivré|livré|envoyé|distribué)',
    'impossible de (?:remettre|délivrer|livrer|distribuer)',
    'non (?:è stato )?(?:possibile )?(?:recapitat|consegnat|consegnare|recapitare)',
    'impossibile (?:recapitare|consegnare)',
    'não (?:pôde|foi|pode)(?: possível)? .{0,20}(?:ser )?(?:entreg|enviad)',
    'nie (?:mo[gż]\\p{L}{1,5}|został\\p{L}{0,2}|udało się) .{0,30}dostarcz',
    'kon niet .{0,40}(?:bezorgd|afgeleverd)',
    'kunne ikke .{0,30}leveres',
    'kunde inte (?:levereras|skickas)',
    'не (?:было |может быть |удалось |смог\\p{L}{0,2} )?.{0,30}(?:доставлен|доставить)',
    'не існує',
    '送信できません',
    '配信できません',
    '届けることができません',
    '配送できません',
    '送信されません',
    '宛先不明',
    '无法(?:送达|投递|发送)',
    '退信',
    'invalid address',
    'address(?:es)? (?:that you entered )?(?:were|was|is) (?:not found|invalid|unknown|incorrectly)',
    'may not exist, or you may not have permission',
    'relay(?:ing)? denied',
    'malformed (?:recipient )?address',
    'returning (?:message |mail |it )?to (?:the )?sender',
    'no valid recipients?',
    'failed address',
    'unknown host',
    'did not receive (?:a copy of )?(?:this|your|the) (?:message|mail)',
    '(?:recipient|address|message)\\w{0,3} (?:was|were|has been|have been|is|are|will be) (?:rejected|refused|bounced|blocked|discarded|returned|undeliver)',
    '(?:have|has) not (?:yet )?received (?:this|your|the) (?:message|mail)',
    '(?:mail|message|e-mail) .{0,40}(?:rejected|refused|blocked) by',
    'incorrectly constructed',
  ].join('|'),
  'u',
);

/** Says that the server is still trying. */
const DELAYED = new RegExp(
  [
    'warning message only',
    'do not need to re-?send',
    'no action is required on your part',
    'not yet been (?:delivered|able)',
    'has not been delivered yet',
    '(?:could not|couldn.t|cannot|can.t) be delivered (?:yet|for \\d|in the last)',
    '(?:has been|was|been temporarily|temporarily|is being|is) delayed',
    'delivery (?:incomplete|delayed)',
    'will (?:be|keep|continue|try|retry)(?: to)?(?: be)? (?:retr|try|attempt|deliver|to retry)',
    'delivery attempts will (?:continue|be)',
    '(?:still|keep|continue) (?:being )?(?:retried|trying)',
    'will retry',
    'continue (?:to try|trying|to attempt)',
    'attempts? .{0,60}will continue',
    'temporary (?:error|failure|problem).{0,80}(?:retry|try again|trying|attempt)',
    'try(?:ing)? again for (?:up to )?\\d',
    'transient non-fatal errors',
    'wird weiterhin versucht',
    'noch nicht zugestellt',
    'будут продолжены',
    '(?:reintentar|seguirá intentando)',
    'nouvelle tentative',
  ].join('|'),
  'u',
);
const DELAYED_SUBJECT =
  /\bdelay(?:ed)?\b|^\W*warning: (?:message|could not send|mail|e-?mail)|still being retried|verzögert|retard/u;
const SUCCEEDED =
  /success(?:ful(?:ly)?)? .{0,30}(?:deliver|relay|sent)|deliver\w{0,4} success|(?:was|has been|were|have been) (?:successfully )?(?:delivered|relayed)|return receipt/u;
const DOUBT =
  /\bnot\b|n['’]t\b|\bno\b|fail|error|unable|undeliver|reject|refus|unknown|delay|problem|bounce|invalid|\b[45]\d\d[ -]|\b[45]\.\d\.\d/u;
const GIVEN_UP =
  /giving up|given up|gave up|permanent (?:fatal )?(?:error|failure)|failed permanently|will not be (?:retried|delivered)|not going to try|no further (?:delivery )?attempts|has been returned|delivery has failed/u;

/** True of words that only a mail system writes of a mail that did not arrive. */
export function tellsOfFailure(words: string): boolean {
  return FAILED.test(words);
}

/** True when the server says that it goes on trying. Both in lower case. */
export function tellsOfDelay(subject: string, words: string): boolean {
  return (DELAYED_SUBJECT.test(subject) || DELAYED.test(words)) && !GIVEN_UP.test(words);
}

/** True of words in which a mail system says that a mail did arrive, and nothing that did not. */
export function tellsOfSuccess(words: string): boolean {
  return SUCCEEDED.test(words) && !DOUBT.test(words);
}
