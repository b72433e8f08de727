import { readFile } from 'node:fs/promises';
import { errorCode } from './error-code.js';

/**
 * Names a process for ever: the boot of the machine, the pid, and its start in clock ticks since the boot (proc(5),
 * field 22). Null when the process is dead, and on systems without /proc.
 */
export async function identifyProcess(pid: number): Promise<string | null> {
  try {
    const [bootId, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // Field 2 is the command in brackets and may hold anything, so the fields are counted from its end.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = rest[18];
    // A zombie runs no more: it waits for its parent to ask how it ended.
    return state === 'Z' || state === 'X' || startTicks === undefined
      ? null
      : `${bootId.trim()}/${startTicks}`;
  } catch (error) {
    const code = errorCode(error);
    // ESRCH: the process ended between opening and reading.
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}
