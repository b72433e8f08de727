import type { AbsenceWords } from './absence-words.js';

const NOW =
  '(derzeit|zurzeit|zur zeit|momentan|aktuell|gerade|leider|im moment|heute|jetzt|noch|auch|wieder|bereits)?';

export const de: AbsenceWords = {
  language: 'de',
  subjects: [
    '^(automatische|automatisch) (antwort|antworten|ruckantwort|ruckmeldung|abwesenheit*|nachricht|generierte|erstellte)',
    '^autom antwort',
    '^abwesenheit*',
    '^abwesend',
    '^urlaub*(notiz|meldung|benachrichtigung)',
    '^urlaubsnotiz',
    '^urlaubsmeldung',
    '^nicht im (buro|hause|haus) ',
    '^eingangsbestatigung',
    '^auto antwort',
    '^automatisierte antwort',
  ],
  absence: {
    'out-of-office': [
      `(bin|werde|ist|sind) (ich|wir)? ~ nicht (im|in meinem|in unserem|mehr im)? (buro|buero|haus|hause|dienst|arbeitsplatz)`,
      `(bin|ist|sind|befinde) ~ (ausser haus|ausserhalb des (buros|hauses)|ausser hause)`,
      `^${NOW} nicht im (buro|buero|hause|haus|dienst)`,
      'nicht (am|an meinem) (arbeitsplatz|platz)',
      '(bin|ist|sind) ~ nicht (in|auf) (der|unserer|meiner) (agentur|firma|arbeit|praxis|kanzlei|schule|redaktion|verwaltung)',
      '(aktuell|derzeit|zurzeit|momentan) nicht im (buro|hause|dienst)',
    ],
    leave: [
      '(bin|ist|sind|befinde mich|befindet sich|werde|verabschiede mich) ~ (im|auf|in) (wohlverdienten|meinem|den|dem|wohlverdientem|jahres*|sommer*)? (urlaub|ferien|jahresurlaub|erholungsurlaub|sommerurlaub|elternzeit|mutterschutz|resturlaub|weihnachtsurlaub|mutterschaftsurlaub|bildungsurlaub|sabbatical|vaterschaftsurlaub|sonderurlaub|winterurlaub|krankenstand|dienstreise|geschaftsreise|reisen|mutterschutz|karenz)',
      '(befinde|bin) (ich)? (mich)? ~ (urlaub|elternzeit|mutterschutz|ferien|dienstreise|geschaftsreise|krankenstand)',
      '(bin|ist) ~ (krankgeschrieben|erkrankt|krank|krankheitsbedingt|beurlaubt|verreist|unterwegs)',
      'ich (habe|mache) ~ urlaub',
      'ich geniesse ~ (urlaub|ferien|elternzeit)',
      '^(im urlaub|in elternzeit|auf dienstreise|urlaub) (bis|vom|von|$)',
    ],
    away: [
      `(bin|ist|sind|werde) (ich|wir)? ~ (abwesend|nicht anwesend|nicht da|nicht erreichbar|nicht zu erreichen|nicht verfugbar|nicht vor ort|nicht personlich erreichbar)`,
      '(meiner|meine) abwesenheit',
      'ich ~ (nicht|nur eingeschrankt|nur sporadisch|nur unregelmassig|eingeschrankt|nur bedingt) (per email|per mail|telefonisch)? erreichbar',
      'vorubergehend (nicht erreichbar|abwesend)',
    ],
    closed: [
      '(betriebsferien|betriebsurlaub|betriebsruhe|werksferien|weihnachtsferien|buroferien|betriebsschliessung|praxisurlaub)',
      '(unser|das|unsere|die) (buro|betrieb|buros|geschaft|praxis|firma|unternehmen|geschaftsstelle|sekretariat|kanzlei) (ist|bleibt|sind|bleiben) ~ geschlossen',
      '(bleibt|bleiben|haben|hat) (unser|unsere|wir|das)? ~ geschlossen',
    ],
    back: [
      '(ich|wir) (bin|sind) ~ (ab|am|erst|wieder) ~ wieder (im buro|im haus|im hause|erreichbar|fur sie|fur dich|fur euch|da|zuruck|personlich|zu erreichen|anwesend|im dienst|verfugbar)',
      '(bin|sind) (ich|wir) ~ wieder (im buro|im haus|im hause|erreichbar|fur sie|fur dich|da|zuruck|personlich|zu erreichen|anwesend|im dienst)',
      '(keinen|nur eingeschrankten|nur eingeschrankt|eingeschrankten|begrenzten|keinen regelmassigen|nur begrenzten) (zugriff|zugang) (auf|zu)',
    ],
  },
  around: {
    thanks: [
      '(vielen|herzlichen|besten|danke|schonen)? (dank|danke) fur (ihre|deine|eure|die|ihr|dein|das)',
      '(ich|wir) (habe|haben) (ihre|deine) (email|mail|nachricht|anfrage) (erhalten|bekommen)',
    ],
    'limited-access': [
      '(keinen|eingeschrankt*|begrenzt*|unregelmassig*|sporadisch) ~ (zugriff|zugang|erreichbar|email|emails|mails)',
      '(email|emails|mail|mails|nachricht|nachrichten) (wird|werden) (nicht|wahrend|in dieser|in der) ~ (weitergeleitet|gelesen|bearbeitet|abgerufen|gelesen)',
      'nicht (automatisch)? (weitergeleitet|gelesen|bearbeitet)',
    ],
    instead: [
      '(in|fur|bei) (dringenden|dringende|eiligen|eilige|sehr dringenden|wichtigen|notfallen|dringlichen|unaufschiebbaren) ',
      '(wenden|richten|kontaktieren|melden|schreiben|rufen) sie (sich|ihre|bitte|mich)?',
      '(wende|kontaktiere|melde) (dich|bitte)',
      '(meine|mein|meinen|meiner|unsere|unser) (kollegin|kollege|kollegen|kolleginnen|vertretung|stellvertreter*|team|assistentin)',
      '(wahrend|in) (meiner|dieser|unserer|der) (abwesenheit|zeit)',
      'vertritt mich',
      'vertretung (ubernimmt|durch|ist)',
    ],
    'answer-later': [
      '(nach|bei) meiner (ruckkehr|wiederkehr|abwesenheit)',
      'nach (meinem|unserem|dem) urlaub',
      '(werde|werden) (ich|wir)? ~ (beantworten|bearbeiten|antworten|melden|lesen|zuruckmelden|kummern)',
      '(melde|kummere|beantworte|antworte|lese|bearbeite) (ich)? (mich)? ~ (sobald|nach|danach|dann|umgehend|schnellstmoglich|ihre|deine|zuruck|anschliessend)',
      'wieder (erreichbar|zuruck|im buro|da|fur sie|fur dich|personlich|im haus)',
      '(so bald|sobald|schnellstmoglich|baldmoglichst|umgehend)',
    ],
  },
  left: {
    'no-longer-here': [
      '(nicht mehr|nicht langer) (bei|in|fur|im) ~ (tatig|beschaftigt|unternehmen|angestellt|arbeiten|haus|hause|team)',
      '(nicht mehr|nicht langer) (tatig|beschaftigt|angestellt|unter dieser|im unternehmen|im hause|im haus|bei uns|teil)',
      '(arbeite|arbeitet) (ich)? (leider)? (nicht mehr|nicht langer) (fur|bei|hier|im|in|dort|mehr)',
      '(unternehmen|firma|haus|gesellschaft|verein|agentur|uns) ~ verlassen',
      '(bin|ist) (ich)? (seit|zum|per|ab|aus) ~ ausgeschieden',
      'aus (dem|unserem|der) (unternehmen|firma|dienst|gesellschaft) ~ (ausgeschieden|ausgetreten)',
      '(im|in den|in) (ruhestand|rente)',
      'ehemalige* mitarbeiter*',
    ],
  },
  notice: {
    automated: [
      '(automatisch|automatische|automatisierte|automatisch generierte|automatisch erstellte|maschinell) (generierte|erstellte|versendete|erzeugte|generiert|erstellt|versendet|erzeugt)? (antwort|email|mail|nachricht|eingangsbestatigung|ruckmeldung|antwortmail|ruckantwort)',
      '(diese|dieser) (email|mail|nachricht|antwort|text) (wurde|wird|ist) (automatisch|maschinell)',
      '(bitte)? (antworten sie|antworte) (bitte)? nicht auf diese',
      '(diese|dieses|das) (postfach|email adresse|emailadresse|adresse|mailbox|konto) wird nicht (mehr)? ',
    ],
    received: [
      '(ihre|deine) (anfrage|email|mail|nachricht|bewerbung|ticket|meldung|bestellung) (ist|wurde|haben wir|ist bei uns) ~ (eingegangen|erhalten|erfasst|weitergeleitet|registriert|angelegt|ubermittelt)',
      '(wir|ich) (haben|habe) (ihre|deine) (anfrage|email|mail|nachricht|bewerbung) (erhalten|empfangen|bekommen)',
      '(wir|ein mitarbeiter|unser team) (werden|wird|melden|meldet|kummern) (uns|sich)? ~ (schnellstmoglich|so schnell wie moglich|umgehend|in kurze|baldmoglichst|innerhalb|zeitnah)',
      '(ticketnummer|vorgangsnummer|ticket nummer|ihr ticket|fallnummer|bearbeitungsnummer)',
      'eingang ihrer (anfrage|email|mail|nachricht|bewerbung)',
    ],
    challenge: ['(um|gegen) spam (zu vermeiden|zu verhindern|schutz)', 'bestatigen sie ~ (absender|mensch)'],
    'new-address': [
      '(meine|unsere|diese|die) (email|mail)? (adresse|emailadresse|mailadresse|email) (hat|haben|wird|ist|lautet) ~ (geandert|nicht mehr|ungultig|neu|deaktiviert|abgeschaltet)',
      'neue (email|mail)? (adresse|emailadresse|mailadresse) lautet',
    ],
  },
};
