import type { AbsenceWords } from './absence-words.js';

const NOW = '(attualmente|momentaneamente|al momento|ora|temporaneamente|anche|purtroppo|gia)?';

export const it: AbsenceWords = {
  language: 'it',
  subjects: [
    '^(risposta|messaggio|notifica) (automatica|automatico)',
    '^risponditore automatico',
    '^fuori (ufficio|sede|dall ufficio)',
    '^(assenza|assente) (dall ufficio|temporanea|$)',
    '^(in ferie|ferie) (fino|dal|$)',
    '^notifica di assenza',
    '^avviso di assenza',
    '^conferma di ricezione',
  ],
  absence: {
    'out-of-office': [
      `(sono|saro|siamo|saremo|e|sara|risulto|mi trovo|mi trovero) ${NOW} (fuori ufficio|fuori sede|fuori dall'ufficio|fuori dal mio ufficio|assente|assenti|fuori stanza)`,
      '(non sono|non saro|non siamo|non saremo) (in|presente in|raggiungibile|nel mio)? (ufficio|sede)',
      '^(attualmente)? (fuori ufficio|fuori sede|assente) (fino|dal|per|$)',
      '(saro|saremo) di ritorno ',
      'rientrero (in ufficio|in sede|il|lunedi|martedi|mercoledi|giovedi|venerdi)',
      '(saro|torno|tornero|rientro) (di nuovo|di ritorno)? (in ufficio|in sede|operativo|operativa)',
    ],
    leave: [
      `(sono|saro|siamo|saremo|e|sara|mi trovo|usufruisco) ${NOW} (in|di) (ferie|vacanza|congedo|maternita|malattia|permesso|trasferta|viaggio|aspettativa|paternita|congedo (parentale|di maternita))`,
      '(congedo) (parentale|di maternita|di paternita|per malattia)',
      '^(attualmente)? in (ferie|vacanza|maternita|malattia|trasferta) (fino|dal|$)',
    ],
    away: [
      '(durante|in) (la)? mia assenza',
      '(accesso) (molto)? (limitato|ridotto|saltuario) (alla|alle|ai|a)',
      '(non avro|non ho|senza) (possibilita di)? (accesso|accedere) (alla|alle|ai|a) (posta|email|mail|mia)',
      `(sono|saro|siamo|saremo) ${NOW} (irreperibile|non raggiungibile|non disponibile|indisponibile|in viaggio)`,
    ],
    closed: [
      "(i nostri|il nostro|gli|l'|la nostra|nostri|la) (uffici|ufficio|azienda|sede|ditta|societa|studio) (e|sono|sara|saranno|rimarra|rimarranno|restera|resteranno) ~ (chiuso|chiusi|chiusa)",
      '(chiusura|chiusi|chiuso) (estiva|natalizia|aziendale|per ferie|per festivita|feriale)',
    ],
  },
  around: {
    thanks: [
      '(grazie|la ringrazio|vi ringrazio|ringrazio|ti ringrazio|ringraziamo) (mille)? (per|di|della|del) (la|il|avermi|averci|averla|aver|tua|sua|averci)?',
      '(ho|abbiamo) ricevuto (la|il) (sua|tua|suo|vostra)',
    ],
    'limited-access': [
      'accesso ~ (limitato|ridotto|saltuario)',
      '(non) ~ (leggere|leggero|consultare|controllare) ~ (posta|email|mail)',
    ],
    instead: [
      '(per|in caso di|se|per qualsiasi|per ogni) ~ (urgenza|urgenze|urgente|urgenti|emergenza|emergenze|necessita|urgentemente)',
      '(potete|puo|puoi|si prega di|vi prego di|la prego di|prego|per favore|contattare|rivolgersi|vogliate) ~ (contattare|rivolgersi|scrivere|chiamare|contattate|rivolgervi|inviare|contatti|rivolga|contatta|al|il|la)',
      '(il mio|la mia|i miei|miei|mio) (collega|colleghi|assistente|team)',
    ],
    'answer-later': [
      '(al|dopo il) (mio)? (rientro|ritorno)',
      '(rispondero|risponderemo|la ricontattero|ti ricontattero|leggero|risponderle|rispondo) ',
      '(appena|non appena) (possibile|rientrato|rientrero|tornero|rientro|torno)',
      '(rientro|torno|rientrero|tornero) (il|in|lunedi|martedi|mercoledi|giovedi|venerdi|a|dal)',
    ],
  },
  left: {
    'no-longer-here': [
      '(non) (lavoro|lavora|faccio|fa|collaboro|collabora|opera|sono|e) (piu) (in|per|presso|qui|parte|con|alle|nella|nel|dipendente|un dipendente|con noi)',
      "(ho|ha) (lasciato|cessato|concluso) (l'azienda|la societa|il gruppo|la ditta|la propria|la mia|il suo|la sua|il mio|l'organizzazione|il rapporto)",
      '(e|sono) (andato|andata) in pensione',
    ],
  },
  notice: {
    automated: [
      '(questo|questa|il presente|la presente) (e|messaggio|email|mail|risposta) ~ (automatico|automatica|automaticamente)',
      '(risposta|messaggio|email) (automatica|automatico|generato automaticamente|generata automaticamente)',
      '(si prega di|per favore|pregasi)? non (rispondere|rispondete|risponda) (a|direttamente)',
    ],
    received: [
      '(abbiamo|ho) ricevuto (la|il) (sua|tua|vostra|suo|tuo|vostro) (richiesta|messaggio|email|mail|candidatura|segnalazione)',
      '(la|il) (sua|tua|vostra|suo|tuo) (richiesta|messaggio|email|mail|segnalazione|ticket) (e stata|e stato|verra|sara) ~ (ricevuta|ricevuto|registrata|registrato|inoltrata|presa in carico|aperto)',
      '(risponderemo|ricontatteremo|verrete contattati|sarete contattati|sara ricontattato) ',
    ],
    challenge: ['(evitare|combattere|contro) (lo)? spam'],
    'new-address': [
      '(il mio|questo|la mia|il nostro) (indirizzo|email|mail|casella) (e|email|mail)? ~ (cambiato|cambiata|non e piu|e stato disattivato|dismesso|dismessa)',
      '(il mio)? nuovo indirizzo',
    ],
  },
};
