/** An error answer in Resend's shape. */
export function problem(status, name, message) {
  return { status, headers: {}, body: JSON.stringify({ statusCode: status, message, name }) };
}

export function json(status, value) {
  return { status, headers: {}, body: JSON.stringify(value) };
}
