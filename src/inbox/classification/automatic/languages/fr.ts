import type { AbsenceWords } from './absence-words.js';

const NOW =
  '(actuellement|presentement|en ce moment|temporairement|malheureusement|aussi|toujours|momentanement|moi meme)?';

export const fr: AbsenceWords = {
  language: 'fr',
  subjects: [
    '^(reponse|message|notification) (automatique|automatiques|auto|d absence)',
    '^(absent|absente|absence) (du bureau|temporaire|$)',
    '^message d absence',
    '^notification d absence',
    '^(reponse d absence|avis d absence)',
    '^accuse de reception',
    '^(en conges|en conge|conges|conge) (jusqu|du|$)',
  ],
  absence: {
    'out-of-office': [
      `(suis|serai|serons|sommes|est|sera) ${NOW} (absent|absente|absents|absentes) ~ (du bureau|du|de|jusqu|pour|aujourd|et|le|ce|cette|a|en|pendant|ces)`,
      `(suis|serai|serons|sommes|est|sera) ${NOW} (absent|absente|absents|absentes)$`,
      `(suis|serai|serons|sommes|est|sera) ${NOW} (hors|en dehors) (du|de mon|de nos) (bureau|bureaux|locaux)`,
      `(ne suis pas|ne serai pas|n'est pas|ne sommes pas) (au|dans mon|a mon) (bureau|poste)`,
      '^(actuellement)? (absent|absente) (du bureau|jusqu*|du|pour)',
      "m'absente (jusqu|du|pour|a)",
      'serai de retour (au bureau)? (le|lundi|mardi|mercredi|jeudi|vendredi|a partir|des|apres)',
    ],
    leave: [
      `(suis|serai|serons|sommes|est|sera|etant|actuellement) ${NOW} en (conge|conges|vacances|conges annuels|conge (maternite|parental|maladie|paternite|de maternite|de paternite|sabbatique|annuel)|arret|arret maladie|deplacement|formation|voyage|mission|rtt|repos)`,
      '(je|nous) (pars|prends|partons|prenons|profite) ~ (conge|conges|vacances)',
      '^en (conge|conges|vacances) (jusqu*|du|$)',
    ],
    away: [
      `(suis|serai|sommes|serons|est) ${NOW} (indisponible|indisponibles|injoignable|difficilement joignable|peu joignable|pas joignable|non disponible|pas disponible) (jusqu|du|pour|et|ce|aujourd|en|pendant|$)`,
      '(pendant|durant|en) (mon|notre) absence',
      '(acces|acces) (tres)? (limite|restreint|reduit) (a|aux) (mes|ma|mon|la|les)? (emails|email|mails|messagerie|courriels|boite|mail|messages|courriel)',
      "(pas|plus) (d'|un)? acces ~ (a|aux) (mes|ma|mon|la|les)? (emails|email|mails|messagerie|courriels|boite|messages)",
    ],
    closed: [
      "(nos|notre|les|l'|le|la) (bureau|bureaux|entreprise|societe|locaux|etablissement|magasin|agence|cabinet|services) (est|sont|sera|seront) ~ (ferme|fermes|fermee|fermees)",
      '^(bureau|bureaux|agence|magasin|cabinet) (ferme|fermes|fermee) ',
      'fermeture (annuelle|estivale|exceptionnelle|de fin d annee|de nos bureaux|pour conges|des bureaux)',
    ],
  },
  around: {
    thanks: [
      "(merci|je vous remercie|nous vous remercions|merci beaucoup) (de|pour) (votre|ton|m'avoir|nous avoir|l'|vos|m')",
      "(j'ai|nous avons) bien recu (votre|ton|vos)",
      'votre (message|mail|email|courriel) (a|sera|ne sera)',
    ],
    'limited-access': [
      'acces ~ (limite|restreint|reduit)',
      '(je ne|nous ne|ne) (consulte|consulterai|lirai|releve) (pas|que)',
    ],
    instead: [
      '(en cas d|pour toute|en cas de|si votre|pour toutes|pour les) (urgence|demande urgente|urgences|besoin|question urgente|demande|demandes urgentes|message|question)',
      "(vous pouvez|veuillez|merci de|n'hesitez pas a|tu peux|je vous invite a|vous etes invite a) ~ (contacter|joindre|adresser|appeler|ecrire|prendre contact|envoyer|rapprocher|transferer)",
      '(mon|ma|mes|notre) (collegue|collegues|assistante|assistant|equipe|collaborateur|collaboratrice)',
      '(urgence|urgent)',
    ],
    'answer-later': [
      '(a|des|lors de|apres) (mon|notre) retour',
      '(vous|te) (repondrai|recontacterai|repondrons|reponds|repondre) ',
      '(je|nous) ~ (repondrai|repondrons|reviendrai|reviendrons|recontacterai|traiterai|prendrai connaissance)',
      'de retour (le|au bureau|lundi|mardi|mercredi|jeudi|vendredi|a partir|en)',
      'dans les (meilleurs|plus brefs) delais',
    ],
  },
  left: {
    'no-longer-here': [
      'ne (travaille|travaillons|fais|fait|suis|est|sera|serai) plus (chez|pour|a|au|dans|partie|en poste|salarie|employe|joignable|membre|parmi|la|l|collaborateur*)',
      "n'est plus (chez|en poste|employe|salarie|dans|au sein|membre|parmi|collaborateur*|la)",
      '(ai|a|avons) (definitivement|desormais)? quitte (l|la|le|notre|mes|ses|son|mon) ~ (entreprise|societe|fonctions|poste|groupe|organisation|agence|structure|cabinet)',
      '(ai|a) quitte (l entreprise|la societe|le groupe|l organisation|notre|mes fonctions|ses fonctions)',
      'ne fait plus partie',
      '(parti|partie) (a la|en) retraite',
    ],
  },
  notice: {
    automated: [
      "(ceci|ce message|cet email|ce mail|ce courriel|il s'agit|voici) ~ (automatique|automatiquement|automatise)",
      '(reponse|message|email|mail|courriel) (automatique|automatiquement|genere automatiquement|automatise)',
      '(merci de|veuillez|priere de) ne pas repondre (a|directement)',
      "(cette|la) (adresse|boite) ~ (n'est pas|n est plus) (consultee|surveillee|lue|relevee|utilisee|valide)",
    ],
    received: [
      '(nous|j) (avons|accusons|ai) ~ (recu|reception) ~ (votre|de votre|vos) (demande|message|mail|email|courriel|candidature|requete|ticket)',
      'votre (demande|message|requete|email|mail|ticket|candidature) (a|est|vient) ~ (recu|recue|enregistre|enregistree|pris en compte|prise en compte|transmis|transmise|cree)',
      '(nous|notre equipe|un conseiller|un membre) ~ (repondrons|reviendrons|repondra|traiterons|contactera|reviendra) ~ (dans|delais|brefs|sous|vous)',
      '(numero de ticket|numero de dossier|numero de demande)',
    ],
    challenge: ['(eviter|lutter contre|limiter) (le|les)? (spam|spams|courriers indesirables)'],
    'new-address': [
      "(mon|notre|cette|mon ancienne) (adresse) (email|mail|electronique)? (a change|change|n'est plus|ne sera plus|est desormais)",
      '(ma|notre) nouvelle adresse',
    ],
  },
};
