import type { AbsenceWords } from './absence-words.js';

const NOW = '(atualmente|actualmente|agora|neste momento|no momento|temporariamente|tambem|de momento)?';

export const pt: AbsenceWords = {
  language: 'pt',
  subjects: [
    '^(resposta|mensagem) (automatica|automatico|auto)',
    '^fora do escritorio',
    '^(ausencia|ausente) (temporaria|do escritorio|$)',
    '^(de|em)? ferias (ate|de|$)',
    '^(aviso|notificacao) de ausencia',
    '^confirmacao de recebimento',
  ],
  absence: {
    'out-of-office': [
      `(estou|estarei|estamos|estaremos|esta|estara|encontro me|encontrar me|me encontro) ${NOW} (fora|ausente|ausentes) (do escritorio|do meu posto|da empresa|do trabalho|ate|de|do|no|por|em|entre|a|e|durante|nesta|esta|hoje|$)`,
      '(nao estou|nao estarei|nao me encontro|nao estaremos) (no|em|disponivel|na) ~ (escritorio|empresa|ate|trabalho)',
      '^(atualmente)? (fora do escritorio|ausente) (ate|de|$)',
      '(no momento|neste momento|de momento) nao (podemos|posso|estamos|estou) (atender|responder|disponiveis|disponivel)',
      '(estou|estamos|estaremos|estarei) fora do (horario|expediente)',
      '(estarei|estaremos) de (volta|regresso) (em|no|na|a|dia|ao)',
      '(retorno|retornarei|regresso|regressarei|volto|voltarei) ~ (ao escritorio|ao trabalho|as atividades)',
    ],
    leave: [
      `(estou|estarei|estamos|estaremos|esta|estara|encontro me|me encontro|encontrar me ei|entrei|saio) ${NOW} (de|em|gozando|a gozar|no gozo de|com) (minhas|periodo de|as|uma)? (ferias|licenca|viagem|baixa|folga|recesso|atestado|licenca maternidade|feriado)`,
      '(licenca|baixa) (de)? (maternidade|paternidade|medica|parental|por doenca)',
      '^(atualmente)? (de|em) (ferias|licenca|viagem) (ate|de|$)',
    ],
    away: [
      '(durante|na) (a)? minha ausencia',
      '(acesso) (muito)? (limitado|restrito|reduzido|esporadico) (a|ao|aos)',
      '(nao terei|nao tenho|sem) acesso (a|ao|aos) (meu|meus|o)? (email|emails|correio|mail)',
      `(estou|estarei|estaremos) ${NOW} (indisponivel|viajando|a viajar|sem acesso)`,
    ],
    closed: [
      '(nosso|nossos|nossa|o|a|os|as|nossas) (escritorio|escritorios|empresa|instalacoes|loja) (esta|estara|estarao|permanecera|encontra se|estao) ~ (fechado|fechada|fechados|encerrado|encerrada|encerrados|fechadas)',
      '(recesso|ferias) (de fim de ano|coletivas|colectivas)',
      '(fechado|encerrado|encerramos|fechada) para ferias',
    ],
  },
  around: {
    thanks: [
      '(obrigado|obrigada|agradeco|agradecemos|muito obrigado|grato|grata) (pelo|pela|por|o|a|desde ja)? (seu|sua|contato|contacto|email|mensagem|entrar|teu)',
      '(recebi|recebemos) (o)? (seu|sua|teu)',
    ],
    'limited-access': [
      'acesso ~ (limitado|restrito|esporadico)',
      '(nao|raramente) ~ (verificar|ler|consultar|acessar|aceder) ~ (email|emails|mensagens)',
    ],
    instead: [
      '(em caso de|para|se|caso|qualquer|assuntos) ~ (urgencia|urgente|urgentes|urgencias|emergencia|emergencias|imediata|imediato)',
      '(por favor|favor|pode|podera|queira|agradeco que|contatar|contactar|contacte|contate) ~ (contatar|contactar|contacte|contate|entre em contato|entrar em contato|entrar em contacto|ligar|ligue|escrever|envie|enviar|dirija|procurar|procure)',
      '(meu|minha|meus|nosso) (colega|colegas|equipe|equipa|assistente)',
    ],
    'answer-later': [
      '(no|apos|quando|assim que|depois do) (o)? (meu)? (regresso|retorno|voltar|regressar|retornar)',
      '(responderei|responderemos|retornarei|entrarei em contato|respondo|darei retorno) ',
      '(volto|voltarei|retorno|regresso|regressarei) (no|em|ao|a|dia)',
      'assim que possivel',
    ],
  },
  left: {
    'no-longer-here': [
      '(ja nao|nao) (trabalho|trabalha|faco|faz|integro|colaboro|colabora|pertence) (mais)? (na|no|em|aqui|parte|com|para|a|conosco|connosco)',
      '(ja nao (estou|esta)|nao (estou|esta) mais) (na empresa|a trabalhar|trabalhando|conosco|connosco|na|no)',
      '(nao (faz|faco) mais parte|deixou a empresa|deixei a empresa|deixou de (trabalhar|fazer parte|colaborar)|deixei de (trabalhar|fazer parte)|desligou se|foi desligado|se desligou|saiu da empresa|sai da empresa)',
      'se aposentou',
    ],
  },
  notice: {
    automated: [
      '(esta|este|isto) (e|mensagem|email|resposta) ~ (automatica|automatico|automaticamente)',
      '(resposta|mensagem|email) (automatica|automatico|gerada automaticamente|gerado automaticamente)',
      '(por favor|favor)? nao (responda|responder) (a)? (este|esta|diretamente)',
    ],
    received: [
      '(recebemos|recebi) (o|a)? (seu|sua) (pedido|solicitacao|mensagem|email|contato|contacto|candidatura)',
      '(seu|sua) (pedido|solicitacao|mensagem|email|ticket|chamado) (foi|sera) (recebido|recebida|registrado|registrada|criado|aberto|encaminhado|encaminhada)',
      '(responderemos|entraremos em contato|entraremos em contacto|retornaremos) ',
      '(numero do (ticket|chamado|protocolo|pedido))',
    ],
    challenge: ['(evitar|combater) (o)? (spam)'],
    'new-address': [
      '(meu|minha|este|nosso) (email|endereco|endereco de email) (mudou|foi alterado|ja nao|nao e mais|foi desativado|foi desactivado)',
      '(meu|nosso)? novo (email|endereco)',
    ],
  },
};
