import type { AbsenceWords } from './absence-words.js';

export const tr: AbsenceWords = {
  language: 'tr',
  subjects: [
    '^otomatik (yanıt|cevap|mesaj|yanit)',
    '^(ofis dışında|ofis disinda|ofis dışı|yıllık izin|izindeyim)',
  ],
  absence: {
    'out-of-office': [
      '(ofis|şirket|ofisin|ofisimin) (dışında|disinda|dışındayım|disindayim|dışında olacağım|dışı)',
      '(ofiste|şirkette|yerimde) (değilim|olmayacağım|bulunmuyorum|degilim|bulunmayacağım|bulunmamaktayım)',
      'ofis dışında*',
    ],
    leave: [
      '(izindeyim|izinliyim|tatildeyim|izinde olacağım|izinli olacağım|tatilde olacağım|raporluyum)',
      '(yıllık|doğum|hastalık|ücretsiz|annelik|yillik|mazeret|babalık) (izin|izinde|iznindeyim|izindeyim|izni|iznimdeyim|izinli|izinde olacağım|iznim)',
      '(izinde|izinli|tatilde|seyahatte|seyahatteyim|raporlu) (olacağım|olduğum|olacağımdan|bulunmaktayım|olduğumdan|olacagim|bulunuyorum)',
      'iş seyahatinde*',
    ],
    away: ['yokluğumda'],
    closed: ['(ofisimiz|şirketimiz|firmamız) ~ (kapalı|kapali|kapalıdır|tatil)'],
  },
  around: {
    thanks: [
      '(mesajınız|e-postanız|mailiniz|iletiniz|e postanız|epostanız) (için)? (teşekkür|teşekkürler)',
      'için teşekkür*',
    ],
    instead: [
      '(acil|ivedi) (durumlarda|durumlar|konular|konularda|işleriniz|bir)',
      '(iletişime geçebilirsiniz|ulaşabilirsiniz|arayabilirsiniz|başvurabilirsiniz|iletişime geçiniz)',
    ],
    'answer-later': ['(döndüğümde|dönüşümde|dönüş yapacağım|yanıtlayacağım|cevaplayacağım|dönünce)'],
  },
  left: {
    'no-longer-here': [
      '(artık) ~ (çalışmıyorum|çalışmamaktadır|çalışmamaktayım|çalışmıyor)',
      '(şirketten|firmadan|görevimden|görevinden|kurumdan) (ayrıldım|ayrılmıştır|ayrıldı|ayrılmış)',
      '(emekli oldum|emekli olmuştur)',
    ],
  },
  notice: {
    automated: [
      '(bu)? (otomatik) (bir)? (yanıt|cevap|mesaj|iletidir|yanıttır|mesajdır)',
      '(lütfen|bu) ~ (yanıtlamayınız|cevaplamayınız)',
    ],
    received: [
      '(mesajınız|talebiniz|e-postanız|başvurunuz|e postanız) (tarafımıza|bize|alınmıştır|alındı|kaydedilmiştir|ulaşmıştır|elimize)',
    ],
  },
};
