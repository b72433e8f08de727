import type { AbsenceWords } from './absence-words.js';

export const nl: AbsenceWords = {
  language: 'nl',
  subjects: [
    '^(automatisch|automatische|automatiese) (antwoord|reactie|bericht|beantwoording|afwezigheid*)',
    '^(afwezig|afwezigheid|afwezigheidsbericht|afwezigheidsassistent|afwezigheidsmelding)',
    '^niet (op|aanwezig op) (kantoor)',
    '^(op|met)? vakantie (tot|van|$)',
    '^ontvangstbevestiging',
  ],
  absence: {
    'out-of-office': [
      '(ben|is|zijn|zal|ben ik|zijn wij|zijn we) (ik|wij|we)? ~ (afwezig|niet op kantoor|niet aanwezig|niet op (het|mijn|ons) (kantoor|werk|werkplek)|buiten kantoor|uit kantoor|out of office|niet bereikbaar|niet op de zaak|niet in de gelegenheid)',
      '^(momenteel)? (afwezig|niet op kantoor|niet aanwezig) (tot|van|t|$)',
      '(ik ben|ben ik|wij zijn) (weer)? terug (op|vanaf|in) ',
      '(ik ben|ben ik) er ~ niet',
      '(ik ben|ben ik) (vrij|ziek|afwezig)$',
      '(ik ben|we zijn|wij zijn|ben ik|zijn wij|zijn we) ~ weer (op kantoor|aanwezig|bereikbaar|terug|aan het werk|beschikbaar)',
    ],
    leave: [
      '(ben|is|zijn|ga|gaan|geniet) (ik|wij|we)? ~ (met|op|van) (mijn|een|een welverdiende|welverdiende)? (vakantie|verlof|zwangerschapsverlof|ouderschapsverlof|vaderschapsverlof|bevallingsverlof|ziekteverlof|zakenreis|reces|reis|dienstreis|studieverlof|welverdiende vakantie)',
      '(ben|is) (ik)? ~ (ziek|ziekgemeld|wegens ziekte|vrij) (thuis|tot|en|vandaag|van|afwezig|$)',
      '^(momenteel)? (met|op) (vakantie|verlof) (tot|van|$)',
      '(zwangerschapsverlof|ouderschapsverlof)',
    ],
    away: [
      '(tijdens|gedurende|bij) mijn afwezigheid',
      '(beperkt|beperkte|geen|minder) (toegang|bereikbaar) (tot|via|per)',
      '(lees|bekijk|beantwoord|check) (ik)? ~ (geen|niet|niet regelmatig|beperkt) ~ (mail|email|emails|berichten)',
    ],
    closed: [
      '(ons|onze|het) (kantoor|bedrijf|kantoren|winkel|praktijk) (is|zijn|zal) ~ (gesloten|dicht)',
      '(bedrijfssluiting|bouwvak|kerstsluiting|zomersluiting)',
      '(wij|we) zijn ~ gesloten',
    ],
  },
  around: {
    thanks: [
      '(bedankt|dank|dank u|hartelijk dank|dankjewel|dank je wel|dank je|dank u wel) (wel)? (voor) (uw|je|jouw|het|de)',
      '(ik|wij) (heb|hebben) (uw|je|jouw) (mail|email|bericht)',
    ],
    'limited-access': [
      '(beperkt|beperkte|geen|sporadisch) ~ (toegang|bereikbaar|mail|email)',
      '(wordt|worden) niet (doorgestuurd|gelezen|beantwoord)',
    ],
    instead: [
      '(voor|bij|in) (dringende|spoedeisende|urgente|spoed|noodgevallen|spoedgevallen|zeer dringende) ',
      '(kunt u|kan je|kun je|u kunt|je kunt|gelieve|graag|neem|neemt u|mail|bel) ~ (contact|mailen|bellen|terecht|wenden|richten|opnemen)',
      '(mijn|onze) (collega|collega s|team|assistente|vervanger)',
      '(dringend|spoed|urgent)',
    ],
    'answer-later': [
      '(na|bij) (mijn)? (terugkomst|terugkeer|vakantie)',
      '(zal|zullen|hoop|beantwoord|reageer|kom|neem) (ik|wij|we)? ~ (beantwoorden|reageren|contact|antwoorden|lezen|behandelen|terug|uw|je|zo snel|zo spoedig)',
      'zo (snel|spoedig) mogelijk',
      '(weer|terug) (op kantoor|aanwezig|bereikbaar|aan het werk)',
      'terug (op|vanaf)',
    ],
  },
  left: {
    'no-longer-here': [
      '(niet langer|niet meer) (werkzaam|in dienst|bij|werken|actief|verbonden|voor)',
      '(werk|werkt) (ik)? (niet meer|niet langer) (bij|voor|hier|meer)',
      '(heb|heeft) ~ (verlaten|afscheid genomen)',
      '(uit dienst|met pensioen)',
    ],
  },
  notice: {
    automated: [
      '(dit|deze) (is|bericht|email|mail) ~ (automatisch|automatische|geautomatiseerd|geautomatiseerde)',
      '(automatisch|automatische|geautomatiseerd) (antwoord|reactie|bericht|gegenereerd|gegenereerde|verzonden|ontvangstbevestiging|email)',
      '(gelieve)? (niet) (te)? (reageren|antwoorden|beantwoorden) (op)? (dit|deze)?',
    ],
    received: [
      '(wij|we|ik) (hebben|heb) (uw|je|jouw) (bericht|email|mail|aanvraag|vraag|verzoek|sollicitatie) ~ (ontvangen)',
      '(uw|je|jouw) (bericht|email|mail|aanvraag|vraag|verzoek|ticket|melding) (is|werd) ~ (ontvangen|geregistreerd|aangemaakt|doorgestuurd|binnengekomen)',
      '(wij|we) (nemen|streven|zullen|proberen|reageren) ~ (contact|binnen|zo spoedig|zo snel)',
    ],
    challenge: ['(om|tegen) spam ~ (voorkomen|tegengaan|te)'],
    'new-address': [
      '(mijn|dit|ons) (emailadres|mailadres|adres|email adres) (is|wordt) ~ (gewijzigd|niet meer|veranderd|vervallen|niet langer)',
      'nieuwe (emailadres|mailadres|email adres)',
    ],
  },
};
