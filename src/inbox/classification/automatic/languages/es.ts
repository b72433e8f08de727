import type { AbsenceWords } from './absence-words.js';

const NOW = '(actualmente|ahora|ahora mismo|temporalmente|momentaneamente|todavia|de momento|tambien)?';

export const es: AbsenceWords = {
  language: 'es',
  subjects: [
    '^(respuesta|contestacion|mensaje|contestador) (automatica|automatico|auto)',
    '^fuera de (la)? oficina',
    '^(ausente|ausencia) (de la oficina|temporal|$)',
    '^(de vacaciones|vacaciones) (hasta|del|$)',
    '^autorespuesta',
    '^auto respuesta',
    '^acuse de recibo',
    '^notificacion de ausencia',
  ],
  absence: {
    'out-of-office': [
      `(estoy|estare|estamos|estaremos|esta|estara|me encuentro|me encontrare|encuentro) ${NOW} (fuera|ausente|ausentes) ~ (de (la|mi)? oficina|del despacho|del trabajo|de mi puesto)`,
      `(estoy|estare|estamos|estaremos|esta|me encuentro|me encontrare|encuentro) ${NOW} (fuera|ausente|ausentes) (hasta|del|desde|por|de|y|el|esta|durante|$)`,
      '(no estoy|no estare|no me encuentro|no estaremos|no me encontrare) (en|disponible) ~ (la oficina|el despacho|mi puesto|oficina|hasta|del)',
      '^(actualmente)? fuera de (la)? oficina (hasta|del|desde|por|$)',
      '(estare|estaremos) de (vuelta|regreso) (el|en|a partir)',
      '(regreso|regresare|vuelvo|volvere|reincorporare) ~ (a la oficina|al trabajo|al despacho)',
    ],
    leave: [
      `(estoy|estare|estamos|estaremos|esta|estara|me encuentro|me encontrare|encontrandome|encuentro|salgo|me voy) ${NOW} (de|disfrutando de|disfrutando|con|en|por) (mis|las|mi|una|la)? (vacaciones|baja|licencia|permiso|viaje|descanso|excedencia|baja maternal|baja medica|puente|festivo|dias libres|incapacidad)`,
      '^(actualmente)? de (vacaciones|baja|viaje|permiso) (hasta|del|desde|$)',
      '(baja|permiso|licencia) (por)? (maternidad|paternidad|medica|enfermedad|maternal|parental)',
    ],
    away: [
      '(durante|en) mi ausencia',
      '(acceso|conexion) (muy)? (limitado|limitada|restringido|reducido) (a|al)',
      '(no tendre|no tengo|sin) acceso (a|al) (mi|el|mis)? (correo|email|correos|emails)',
      `(estoy|estare|estaremos) ${NOW} (de viaje|viajando|ilocalizable|no disponible)`,
    ],
    closed: [
      '(nuestra|nuestras|la|las|nuestros|nuestro) (oficina|oficinas|empresa|despacho|instalaciones) (esta|estara|permanecera|estan|estaran|permaneceran|permanece) ~ (cerrada|cerradas|cerrado|cerrados)',
      '(cerrado|cerrada|cerramos|cierre) por (vacaciones|festividad|navidad|vacaciones anuales|inventario)',
    ],
  },
  around: {
    thanks: [
      '(gracias|muchas gracias|le agradezco|agradezco|agradecemos) (por)? (su|tu|contactar|escribir|ponerse|comunicarse|contactarme|escribirme|comunicarte|el)',
      '(he|hemos) recibido (su|tu|tus|sus) (correo|mensaje|email|mail)',
    ],
    'limited-access': [
      'acceso ~ (limitado|restringido|intermitente)',
      '(no|podre|podria) ~ (revisar|leer|consultar) ~ (correo|correos|emails)',
    ],
    instead: [
      '(en caso de|para cualquier|si es|si necesita|si necesitas|para temas|para asuntos|para|si su|si tu|ante cualquier) ~ (urgencia|urgente|urgentes|emergencia|asunto|consulta|ayuda|inmediata)',
      '(puede|puedes|pueden|por favor|favor de|le ruego|rogamos|pongase|ponte) ~ (contactar|contacte|contacta|contacten|dirigirse|escribir|llamar|en contacto|dirijase|comunicarse|escriba|dirigir|llame|comuniquese|dirija)',
      '(mi|mis|nuestro) (companero|companera|companeros|colega|colegas|equipo|asistente)',
    ],
    'answer-later': [
      '(a|tras|despues de) mi (regreso|vuelta|retorno)',
      '(responder|respondere|contestare|contestar|atendere|respondo|contesto) ~ (correo|mensaje|email|cuando|a mi|en cuanto|lo antes|tan pronto|mi)',
      '(le|te|les) (respondere|contestare|responderemos|contestaremos|atendere|contactare)',
      '(en cuanto|cuando|tan pronto) (regrese|vuelva|como)',
      '(regreso|regresare|vuelvo|volvere|reincorporo|reincorporare) (el|a|al|en)',
    ],
  },
  left: {
    'no-longer-here': [
      '(ya no|no) (trabajo|trabaja|trabajan|formo|forma|pertenezco|pertenece|laboro|labora|presto|presta) (mas)? (en|para|aqui|parte|con|a|servicios)',
      'ya no (estoy|esta) (en|con|trabajando|aqui)',
      '(he|ha) (dejado|causado baja|abandonado) (de trabajar|de formar|la empresa|la compania|en la empresa|la organizacion|de pertenecer|mi puesto)',
      '(deje|dejo) (de trabajar|la empresa|la compania)',
      'se (ha)? (jubilado|jubilo)',
      'ya no (es parte|se encuentra|trabaja)',
    ],
  },
  notice: {
    automated: [
      '(este|esta|esto) (es|correo|mensaje|email|respuesta) ~ (automatico|automatica|automaticamente|automatizado)',
      '(respuesta|mensaje|correo|email) (automatico|automatica|automatizado|automatizada|generado automaticamente)',
      '(por favor|favor de|rogamos)? no (responda|respondas|responder|conteste|contestar) (a)? (este|esta|directamente)',
    ],
    received: [
      '(hemos|he) recibido ~ (su|tu) (solicitud|consulta|correo|mensaje|peticion|email|candidatura)',
      '(su|tu) (solicitud|consulta|mensaje|correo|peticion|ticket|caso) (ha sido|fue|se ha) (recibido|recibida|registrado|registrada|creado|creada|asignado|enviada)',
      '(nos pondremos|le responderemos|nos comunicaremos|te responderemos|le contactaremos|le atenderemos) ',
      '(numero de (ticket|caso|solicitud|incidencia|referencia))',
    ],
    challenge: ['(evitar|combatir|contra el) (el|recibir)? (spam|correo no deseado)'],
    'new-address': [
      '(mi|nuestra|esta) (direccion|cuenta) (de correo|de email)? ~ (ha cambiado|ya no|cambio|no esta)',
      'nueva direccion (de correo|de email|es)',
    ],
  },
};
