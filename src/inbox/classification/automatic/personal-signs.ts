import { phraseRules } from '../wording/phrase.js';

/** What people write to each other and machines do not: each speaks against an automatic reply. */
export const personalSigns = phraseRules([
  [
    'personal',
    {
      en: [
        '(let me know|what do you think|can you|could you|would you|do you|did you|are you|have you|will you)',
        '(let s|shall we|can we|could we|we should|why don t|how about|i think|i believe|i guess|i tried|i was|i had|i did|i wanted|i just|i need|i want|i would|i d|i was|i m trying|i m wondering)',
        '(sorry|apologies) (for|about|that) (the|my|this)? (late|delay|slow|not|missing|confusion)',
        '(call me|ping me|text me|reach me after)',
        '(attached|see below|inline|as discussed|as promised|btw|fyi|lol|haha)',
        '(we can|i can|you can try|we could|we met|we spoke|we talked|when i was|last week|last month|yesterday)',
        '(works|work) for (me|us)',
        '(but|so) (can|i can|we can|monday|tuesday|wednesday|thursday|friday|the|happy|free|it|this|that|maybe)',
        '(if you want|if you like|if that works|works for me|sounds good|interested)',
      ],
      de: [
        '(kannst du|konnten sie|kannst|konntest du|hast du|haben sie|wollen wir|lass uns|lassen sie uns|was meinst|passt es|passt das|ruf mich|rufen sie mich an)',
        '(war ich|ich war|letzte woche|gestern|ich hatte|ich habe gesehen|ich denke|ich glaube|interesse|danach gern|danach gerne|aber gern|aber gerne|anbei|im anhang)',
      ],
      fr: [
        '(peux tu|pouvez vous|pourriez vous|pourrais tu|as tu|avez vous|j etais|la semaine derniere|hier|je pense|ci joint|appelez moi|appelle moi)',
      ],
      es: [
        '(puedes|podrias|podria usted|podemos|has podido|la semana pasada|ayer|creo que|adjunto|llamame|llameme|estuve)',
      ],
      pt: ['(podemos|poderia|voce pode|na semana passada|ontem|acho que|em anexo|estive|me liga|ligue me)'],
      it: [
        '(puoi|potresti|potrebbe|possiamo|la settimana scorsa|ieri|penso che|in allegato|chiamami|ero|ci penso|pero|tranquillo|tranquilla)',
      ],
      nl: ['(zullen we|vorige week|gisteren|ik denk|bijlage|bel me|was ik|ik was)'],
      pl: [
        '(czy mozesz|czy moglby|mozemy|w zeszlym tygodniu|wczoraj|mysle|w zalaczeniu|zadzwon|bylem|bylam)',
      ],
      ru: ['(можете ли|можешь|давайте|на прошлой неделе|вчера|думаю|во вложении|позвоните мне|был|была)'],
    },
  ],
]);
