/** The load generator: `batch-send` over keep-alive connections, each asking again as soon as it is answered. */
import { Agent, request } from 'node:http';
import { serve } from './worker.js';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly leadsPerCall: number;
  readonly campaignId: number;
  /** Leads are taken in turn; one that comes again gets the next sequence number. */
  readonly firstLeadId: number;
  readonly leads: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface LoadReport {
  /** Mails that the answers of the whole load call queued, warm-up included. */
  readonly queued: number;
  /** Answers that were not 202, or that queued fewer mails than asked; with the first of them. */
  readonly refused: number;
  readonly firstRefusal: string | null;
  /** Mails per second, calls answered within the measured time. */
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function load(plan: Load): Promise<LoadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections, scheduling: 'fifo' });
  const startMs = performance.now();
  const fromMs = startMs + plan.warmUpMs;
  const untilMs = fromMs + plan.measureMs;
  let next = 0;
  let queued = 0;
  let measured = 0;
  let refused = 0;
  let firstRefusal: string | null = null;
  const latencies: number[] = [];

  async function connection(): Promise<void> {
    while (performance.now() < untilMs) {
      const body = bodyOf(plan, next);
      next += plan.leadsPerCall;
      const askedAtMs = performance.now();
      const { status, text } = await post(agent, `${plan.url}/api/cam/email/batch-send`, body);
      const answeredAtMs = performance.now();
      const mails = status === 202 ? (JSON.parse(text) as { accepted: number }).accepted : 0;
      queued += mails;
      if (mails !== plan.leadsPerCall) {
        refused += 1;
        firstRefusal ??= `${status} ${text.slice(0, 500)}`;
      }
      if (answeredAtMs >= fromMs && answeredAtMs < untilMs) {
        measured += mails;
        latencies.push(answeredAtMs - askedAtMs);
      }
    }
  }

  await Promise.all(Array.from({ length: plan.connections }, connection));
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const quantile = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  return {
    queued,
    refused,
    firstRefusal,
    rate: measured / (plan.measureMs / 1_000),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

function bodyOf(plan: Load, first: number): string {
  const leads = Array.from({ length: plan.leadsPerCall }, (_, index) => ({
    lead_id: plan.firstLeadId + ((first + index) % plan.leads),
  }));
  return JSON.stringify({
    campaign_id: plan.campaignId,
    template_type: 'bench',
    sequence_number: 1 + Math.floor(first / plan.leads),
    leads,
  });
}

function post(agent: Agent, url: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const outgoing = request(url, { method: 'POST', agent, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const handlers = { load };
export type GeneratorHandlers = typeof handlers;
serve(handlers);
