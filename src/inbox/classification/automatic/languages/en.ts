import type { AbsenceWords } from './absence-words.js';

const WHO =
  "(i'm|im|i'll be|i will also be|we're|we'll be|i'm going to be|i shall be|currently|is|is currently|will be|am)";
const NOW = '(currently|now|presently|temporarily|still|also|again|actually|unfortunately|away and|both)?';

export const en: AbsenceWords = {
  language: 'en',
  subjects: [
    '^(automatic|automated|auto) (reply|response|answer|responder)',
    '^autoreply',
    '^auto reply',
    '^autoresponse',
    '^autoresponder',
    '^auto re',
    '^auto$',
    '^out of (the)? office$',
    '^out of (the)? office (re|autoreply|auto|reply|response|message|notification|notice|until|from|assistant)',
    '^ooo$',
    '^ooo (re|until|from|auto)',
    '^(vacation|holiday|away|absence) (reply|response|message|notice|notification|autoreply|responder|auto)',
  ],
  absence: {
    'out-of-office': [
      `${WHO} ${NOW} (out of|out|not in) (the|my|our|this)? (office|ofice)`,
      `${WHO} ${NOW} ooo`,
      `${WHO} ${NOW} out of office`,
      '^out of (the)? office (until|till|from|for|this|today|tomorrow|on|with|returning|and|due|next|between|through|$)',
      '^(currently|presently) out of (the)? office',
      '^out of office$',
      '^ooo (until|till|from|today|tomorrow|this|next|on|i m|i ll|back|returning|$)',
      `${WHO} ${NOW} out (sick|of town|of the country|on (vacation|leave|pto|holiday|holidays|business|sick leave|medical leave|maternity leave|paternity leave|parental leave))`,
      '^limited access to (my)? (email|emails|mail)',
      'out of office (auto)? (reply|message|notification|response|assistant)',
      "(i'm|i'll be) out (until|till|from|on|all|today|tomorrow|this|next|through|for the)",
    ],
    leave: [
      `${WHO} ${NOW} (on|taking) (my|a|an|our|some|short|extended|planned)? (annual|parental|parent|maternity|paternity|family|sick|medical|bereavement|study|compassionate|carer's|adoption|summer|winter|christmas|easter|long|short|unpaid|well deserved|personal)? (and)? (leave|vacation|vacations|holiday|holidays|pto|sabbatical|time off|break|furlough|honeymoon)`,
      `${WHO} ${NOW} (off|off sick|off work|on sick leave) (until|till|from|today|this|on|for|due|and|with)`,
      `${WHO} ${NOW} (vacationing|holidaying|enjoying ~ (vacation|holiday|holidays|leave|break))`,
      '^(on|currently on) (annual|parental|maternity|paternity|sick|medical)? (leave|vacation|holiday|holidays|pto) (until|till|from|and|with|$)',
      '^(annual|parental|maternity|paternity|sick|medical) leave$',
      "(i'm|i'll be) (ill|sick) (and|until|at home|today)",
    ],
    away: [
      `${WHO} ${NOW} (away|absent) (from|until|till|on|for|this|today|tomorrow|at|returning|with|due|attending|$)`,
      `${WHO} ${NOW} away ~ (returning|return|until|back) `,
      `${WHO} ${NOW} (travelling|traveling) (and|until|on|for|with|this|abroad|overseas|internationally|from|at)`,
      `${WHO} ${NOW} on (a|an)? (business|work)? (trip|travel|jury duty|training|assignment|fieldwork)`,
      `${WHO} ${NOW} (unavailable|not available|unreachable|offline) (until|till|from|this|on|for|today|due|by email|to (respond|answer|reply|check))`,
      `${WHO} ${NOW} (at|attending) (a|an|the)? (conference|trade show|offsite|off site|workshop|event) (until|and|this|from|with|all)`,
      '(you have reached|this is) ~ (while|when) (i|we) ~ (away|out)',
      '^away (until|till|from|this)',
    ],
    closed: [
      "(our|the) (office|offices|company|business|store|shop|department|school|university) (is|are|will be|'re) (now|currently)? closed (for|until|till|from|between|on|during|due|this|over|in)",
      '(office|company|christmas|summer|holiday|annual) (closure|shutdown|shut down)',
      "(we're|we'll be) closed (for|until|till|from|between|on|during|due)",
    ],
    back: [
      "(i'll|i) (be back|return|be returning|am back) (in|to) (the|my) office (on|by|at|after|around|in|next)",
      "(i'm|currently) away ~ returning",
      "(i'll|i'm|i) ~ (limited|no|little|sporadic|intermittent|restricted|infrequent) (or no)? (access|connectivity) to (my|the)? (work)? (email|emails|mail|inbox|internet)",
    ],
  },
  around: {
    thanks: [
      '(thank you|thanks|many thanks) (so much|very much)? for (your|the|contacting|reaching|getting|writing|emailing|you)',
      '(i|we) (received|ve received|have received) your (email|message|mail)',
      '(this is|you are receiving|this message is) (an|a) (auto|automatic|automated|automatically)',
    ],
    'limited-access': [
      '(limited|no|little|sporadic|intermittent|restricted|infrequent|occasional|reduced) (or no)? (access|connectivity)',
      '(not|rarely|infrequently|sporadically|periodically|occasionally|only) (be)? (checking|check|reading|read|monitoring|monitor|have access|able to check) ~ (email|emails|mail|messages|inbox|voicemail)',
      '(responses|replies|response|reply) (may|might|will|could|to) ~ (delayed|slow|slower|late)',
      '(my|a|any) (response|reply|responses) ~ delayed',
      'delayed (response|responses|reply)',
      "your (email|message|mail) (will not|won't|isn't) (be)? (read|forwarded|being forwarded|automatically forwarded)",
    ],
    instead: [
      '(if|for|in case of|in the case of|should) ~ (urgent|urgently|immediate|emergency|emergencies|pressing|assistance|help|urgency|time sensitive|critical|important)',
      '(please|kindly|you can|you may|feel free to) (also|directly|instead)? (contact|call|email|mail|reach out to|reach|write to|get in touch with|direct|refer|send|speak to|forward|redirect|dial|text|try)',
      '(during|in) my absence',
      'my (colleague|colleagues|assistant|deputy|team|backup|manager)',
    ],
    'answer-later': [
      "(i will|i'll|we will|we'll|will) (then)? (respond|reply|answer|get back|return|be in touch|review|read|attend|come back|follow up|contact|deal|process) ~ (when|once|upon|as soon|after|on|email|message|emails|messages|mail|you|shortly|call)",
      '(upon|on|after|following) my return',
      '(when|once|as soon as) (i|we) (return|get back|come back|m back|am back|re back|are back|ve returned)',
      '(returning|return|back) (to the office|in the office|to work|at work|at my desk)? (on|by|at) ',
      '(until|till) (then|my return)',
    ],
  },
  left: {
    'no-longer-here': [
      '(no longer|not) (working|works|work|employed) (here|for|at|with|by|in)',
      "(don't|doesn't) work (here|for|at|with) ~ (anymore|any longer|any more)",
      "(don't|doesn't) work (here|there)$",
      "(is|are|i'm|am|be) no longer (with|at|employed|working|part of|a part of|an employee|here|associated|affiliated|in the (role|position))",
      '(i|he|she|they) (do|does)? no longer (work|works)',
      '(has|have|ve) (now|recently|since)? (left|departed|resigned from|retired from|moved on from|parted ways) (the|our|with)? (company|organization|organisation|firm|business|team|position|role|employment|university|employ|school|department)',
      '(has|have|ve) (now|recently|since)? (moved on|retired|resigned)',
      'my (last|final) (working)? day (at|with|in|was|is)',
      '(not|no longer) (a)? (current)? employee (of|at)',
      '(former|ex) employee',
    ],
  },
  notice: {
    automated: [
      '(this is|this message is|this email is|this email was|this message was) (an|a)? (automatic|automated|automatically generated|automatically sent|auto generated|autogenerated|auto) ',
      '(this|our) (mailbox|inbox|email address|email account) is (no longer|not) (being)? (monitored|read|checked|attended)',
      '(automated|automatic|auto) (reply|response|email|acknowledgement|acknowledgment)',
      '(an|this) (automated|automatic) (message|notification|confirmation)',
      "(please)? don't (reply|respond) (directly)? to this (email|message|mail|address)",
      "(this|the) (mailbox|inbox|email address|address|account) (is|isn't) (not)? (being)? (monitored|unmonitored|unattended)",
      'no reply mailbox',
    ],
    received: [
      '(we|i) (ve|have|received)? ~ received your (email|message|request|inquiry|enquiry|mail|query|ticket|application|submission|correspondence)',
      'your (email|message|request|inquiry|enquiry|query|ticket|case|submission|application) (has been|was|is being|has now been) (received|logged|created|registered|opened|forwarded|assigned|submitted)',
      '(ticket|case|request|reference) (number|id|no) ~ (is|has been)',
      '(a|new|your) (support)? (ticket|case) (has been|was) (created|opened|registered)',
      '(thank you|thanks) for (contacting|your (inquiry|enquiry|request)|getting in touch|reaching out)',
      '(we|a member of our team|someone|our team|one of our ~|support) (will|ll|aim to|strive to|try to|endeavour to|shall) ~ (get back|respond|reply|be in touch|contact you|answer|review) ~ (within|as soon as|shortly|in the next|soon|to you) ',
    ],
    challenge: [
      '(to control|to prevent|to reduce|to avoid|fight|protect|against) (receiving)? spam',
      "(verify|confirm|prove) (that)? you're (a)? (human|real|person|not a robot)",
      '(approved|allowed|authorized|authorised) (list of)? senders',
      'sender (verification|confirmation)',
    ],
    'new-address': [
      '(my|our) (email|email address|address|mail address) (has|have|is) (been)? (changed|changing|moved)',
      '(this|my old) (email|email address|address|account|mailbox) (is|will be|has been) (no longer|being)? (in use|used|active|valid|monitored|checked|closed|discontinued|deactivated|retired|obsolete)',
      '(please)? (update|note) (your|my) (address book|records|contacts|new email|new address|new email address)',
    ],
  },
};
