/** The folder that a command was typed in. npm runs scripts in the folder of the project, and names the caller's. */
export function callerFolder(): string {
  return process.env['INIT_CWD'] ?? process.cwd();
}
