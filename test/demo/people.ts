import { Random } from '../chaos/random.js';
import { absence, answer, deliveryReport, type ReceivedMail } from './letters.js';

/** What somebody does about a mail. */
export type Reaction = { readonly afterHours: number } & (
  | { readonly kind: 'mail'; readonly write: (mail: ReceivedMail, at: Date) => string }
  /** The link at the end of the mail. */
  | { readonly kind: 'unsubscribe' }
  /** The provider tells, by its webhook. */
  | { readonly kind: 'event'; readonly type: string; readonly details: Readonly<Record<string, unknown>> }
);

/** How the way of a lead must end. */
export interface Ending {
  readonly status: 'STOPPED' | 'EXHAUSTED';
  readonly stopReason: string | null;
  readonly leadStatus: string;
}

export type Counted =
  | 'positive'
  | 'negative'
  | 'neutral'
  | 'unsubscribe'
  | 'unsubscribe by mail'
  | 'complaint'
  | 'hard bounce'
  | 'soft bounce';

/** A kind of lead: what she does about our mails, and how her way through the sequence must end therefore. */
export interface Fate {
  readonly name: string;
  readonly people: number;
  readonly ending: Ending;
  /** As what she is counted. */
  readonly counts: Counted | null;
  /** For how long she is away when the mail of her step arrives, or may be thought to be. */
  readonly daysAway?: (person: Person) => number;
  /** What she does about the mail of a step, from 1. */
  readonly reactions: (step: number, person: Person) => readonly Reaction[];
}

/** The steps of both campaigns. */
const STEP_COUNT = 3;

export interface Person {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone: string;
  readonly fate: Fate;
  /** The step that she reacts to. */
  readonly step: number;
  readonly afterHours: number;
  /** Which of several wordings is hers. */
  readonly wording: number;
}

const HARD_BOUNCE = {
  type: 'email.bounced',
  details: { bounce: { type: 'Permanent', subType: 'General', message: '550 5.1.1 No such user' } },
} as const;

const SILENT: Fate = {
  name: 'says nothing',
  people: 144,
  counts: null,
  ending: { status: 'EXHAUSTED', stopReason: null, leadStatus: 'CONTACTED' },
  reactions: () => [],
};

/** Of the campaign that goes well: 200 people. */
export const FATES: readonly Fate[] = [
  SILENT,
  answers('is interested', 14, 'positive', 'QUALIFIED', [
    'Yes, that sounds interesting. Could you call me on Thursday?',
    'Sounds good! Please send me some more information.',
    "I'd love to see a demo. Next Tuesday works for me.",
  ]),
  answers('declines', 10, 'negative', 'SUPPRESSED', [
    'Thank you, but we are not interested.',
    'No thanks, we have no need for this.',
    'Not a good fit for us, sorry.',
  ]),
  answers('asks something', 8, 'neutral', 'CONTACTED', [
    'I am not the right person for this. Please contact my colleague Ann in purchasing.',
    'Let me think about it, I will get back to you.',
  ]),
  answers(
    'asks to be removed',
    2,
    'unsubscribe by mail',
    'UNSUBSCRIBED',
    ['Please remove me from your mailing list.'],
    'UNSUBSCRIBED',
  ),
  {
    name: 'uses the unsubscribe link',
    people: 2,
    counts: 'unsubscribe',
    ending: { status: 'STOPPED', stopReason: 'UNSUBSCRIBED', leadStatus: 'UNSUBSCRIBED' },
    reactions: once(() => ({ kind: 'unsubscribe' })),
  },
  {
    name: 'calls it spam',
    people: 1,
    counts: 'complaint',
    ending: { status: 'STOPPED', stopReason: 'COMPLAINED', leadStatus: 'UNSUBSCRIBED' },
    reactions: (step) =>
      step === 2 ? [{ kind: 'event', afterHours: 3, type: 'email.complained', details: {} }] : [],
  },
  {
    name: 'is away, says until when',
    people: 10,
    counts: null,
    ending: SILENT.ending,
    daysAway: statedAbsence,
    reactions: once((person) => awayFor(statedAbsence(person))),
  },
  {
    name: 'is away, does not say until when',
    people: 4,
    counts: null,
    daysAway: () => 7,
    ending: SILENT.ending,
    reactions: once(() => ({
      kind: 'mail',
      write: (mail, at) =>
        absence(mail, 'I am currently out of the office with limited access to email.', at),
    })),
  },
  {
    name: 'is away for the third time',
    people: 1,
    counts: null,
    ending: { status: 'STOPPED', stopReason: 'OUT_OF_OFFICE', leadStatus: 'CONTACTED' },
    reactions: (step) =>
      step === 1
        ? [
            { afterHours: 1, ...awayFor(7) },
            { afterHours: 5 * 24, ...awayFor(9) },
          ]
        : step === 2
          ? [{ afterHours: 1, ...awayFor(7) }]
          : [],
  },
  {
    name: 'has left, says the provider',
    people: 1,
    counts: 'hard bounce',
    ending: { status: 'STOPPED', stopReason: 'BOUNCED', leadStatus: 'BOUNCED' },
    reactions: (step) => (step === 1 ? [{ kind: 'event', afterHours: 0.1, ...HARD_BOUNCE }] : []),
  },
  {
    name: 'has left, says her server',
    people: 1,
    counts: 'hard bounce',
    ending: { status: 'STOPPED', stopReason: 'BOUNCED', leadStatus: 'BOUNCED' },
    reactions: (step) =>
      step === 2 ? [{ afterHours: 0.5, ...comesBack('5.1.1', '550 5.1.1 No such user') }] : [],
  },
  {
    name: 'has a full mailbox',
    people: 2,
    counts: 'soft bounce',
    ending: SILENT.ending,
    reactions: (step) =>
      step === 1 ? [{ afterHours: 30, ...comesBack('4.2.2', '452 4.2.2 Mailbox full') }] : [],
  },
];

/** Of the campaign whose list is bad: every fourth address does not exist. */
export const MISSING: Fate = {
  name: 'does not exist',
  people: 15,
  counts: 'hard bounce',
  ending: { status: 'STOPPED', stopReason: 'BOUNCED', leadStatus: 'BOUNCED' },
  reactions: (step) => (step === 1 ? [{ kind: 'event', afterHours: 0.1, ...HARD_BOUNCE }] : []),
};
export const BAD_LIST: readonly Fate[] = [MISSING, { ...SILENT, people: 45 }];

const FIRST_NAMES =
  'Ada Barbara Claude Dorothy Edsger Frances Grace Hedy Ivan Jean Karen Leslie Margaret Niklaus Radia'.split(
    ' ',
  );
const LAST_NAMES =
  'Abel Baker Cohen Dietz Evans Fuchs Gruber Hansen Ito Jensen Klein Lopez Meyer Novak Olsen Rossi Silva'.split(
    ' ',
  );
const TIME_ZONES = [
  'America/Los_Angeles',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Tokyo',
] as const;

/** As many people as the fates say, in an order that the seed decides. */
export function peopleOf(fates: readonly Fate[], domain: string, seed: number): Person[] {
  const random = new Random(seed);
  const drawn = random.shuffle(fates.flatMap((fate) => Array.from({ length: fate.people }, () => fate)));
  return drawn.map((fate, index) => {
    const firstName = FIRST_NAMES[index % FIRST_NAMES.length] ?? '';
    const lastName = LAST_NAMES[Math.floor(index / FIRST_NAMES.length) % LAST_NAMES.length] ?? '';
    return {
      email: `${firstName}.${lastName}@${domain}`.toLowerCase(),
      firstName,
      lastName,
      timeZone: random.pick(TIME_ZONES),
      fate,
      step: random.pick([1, 1, 1, 2, 2, 3]),
      afterHours: random.between(1, 40),
      wording: random.between(0, 5),
    };
  });
}

/** How her way must end, and the last step that she gets a mail of. */
export function endingOf(person: Person): { readonly ending: Ending; readonly lastStep: number } {
  const { ending, reactions } = person.fate;
  if (ending.stopReason === null) return { ending, lastStep: STEP_COUNT };
  const steps = Array.from({ length: STEP_COUNT }, (_, index) => index + 1);
  const lastStep = steps.findLast((step) => reactions(step, person).length > 0) ?? STEP_COUNT;
  // After the last mail there is no sequence left to stop.
  return {
    lastStep,
    ending: lastStep < STEP_COUNT ? ending : { ...ending, status: 'EXHAUSTED', stopReason: null },
  };
}

function answers(
  name: string,
  people: number,
  counts: Counted,
  leadStatus: string,
  texts: readonly string[],
  stopReason = 'REPLIED',
): Fate {
  return {
    name,
    people,
    counts,
    ending: { status: 'STOPPED', stopReason, leadStatus },
    reactions: once(({ wording }) => ({
      kind: 'mail',
      write: (mail, at) => answer(mail, texts[wording % texts.length] ?? '', at),
    })),
  };
}

type Act<Of = Reaction> = Of extends unknown ? Omit<Of, 'afterHours'> : never;

/** Reacts to the mail of her step and to no other one. */
function once(act: (person: Person) => Act): Fate['reactions'] {
  return (step, person) => (step === person.step ? [{ afterHours: person.afterHours, ...act(person) }] : []);
}

function statedAbsence({ afterHours }: Person): number {
  return 5 + (afterHours % 12);
}

function awayFor(days: number): Act {
  return {
    kind: 'mail',
    write: (mail, at) => {
      const back = new Date(at.getTime() + days * 86_400_000);
      const date = back.toLocaleDateString('en-GB', {
        day: 'numeric',
        month: 'long',
        year: 'numeric',
        timeZone: 'UTC',
      });
      return absence(mail, `I am out of the office and will be back on ${date}.`, at);
    },
  };
}

function comesBack(status: string, reason: string): Act {
  return { kind: 'mail', write: (mail, at) => deliveryReport(mail, status, reason, at) };
}
