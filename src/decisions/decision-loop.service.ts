import { Injectable, Logger } from '@nestjs/common';
import { Alerts } from '../alerts/alert.js';
import { CampaignsService } from '../campaigns/campaigns.service.js';
import { DomainError } from '../common/domain-error.js';
import { describeFault } from '../common/fault-report.js';
import { DecisionsConfig } from '../config/decisions.config.js';
import { Database, type Transaction } from '../database/database.js';
import { judge, type Judgement, RULE_VERSION, RULES } from './decision-rules-policy.js';
import { DecisionsRepository, type LastDecision } from './decisions.repository.js';
import type { Decision } from './entities/decision.entity.js';
import { type CampaignEvidence, MetricsRepository } from './metrics/metrics.repository.js';

/** What the rules say of a campaign at one moment, and by which counts. */
interface Finding {
  readonly evidence: CampaignEvidence;
  readonly judgements: readonly Judgement[];
}

const MAX_REASON = 500;

/** Changes that one transaction adds to the counts: so few that none runs into a time-out. */
const MOST_CHANGES = 20_000;

/**
 * Judges campaigns by their counts and pauses those that do harm. Any number of replicas may do so at once: a campaign
 * is counted and judged by one of them at a time.
 */
@Injectable()
export class DecisionLoop {
  private readonly logger = new Logger(DecisionLoop.name);

  constructor(
    private readonly database: Database,
    private readonly metrics: MetricsRepository,
    private readonly decisions: DecisionsRepository,
    private readonly campaigns: CampaignsService,
    private readonly alerts: Alerts,
    private readonly config: DecisionsConfig,
  ) {}

  /**
   * Adds up what was counted since, and judges each campaign that this concerns. A decision is stored when a rule says
   * something else than last time, and once an hour while its numbers change. A paused campaign is only counted.
   *
   * @returns how many campaigns this call judged
   */
  async runOnce(): Promise<number> {
    let reviewed = 0;
    for (const campaignId of await this.decisions.findDue()) {
      try {
        if (await this.review(campaignId)) reviewed += 1;
      } catch (error) {
        // The others must not wait for it.
        this.logger.error({
          event: 'decisions.review_failed',
          campaign_id: campaignId,
          fault: describeFault(error),
        });
      }
    }
    return reviewed;
  }

  /**
   * Judges a campaign now, whoever has just done so, and stores what every rule says.
   *
   * @param actor name of the caller's API key, empty when the process has none
   * @returns one decision for each rule
   * @throws DomainError `campaign_not_found`
   */
  async evaluate(campaignId: number, actor: string): Promise<Decision[]> {
    await this.campaigns.get(campaignId);
    return this.database.transaction(async (tx) => {
      await this.decisions.awaitTurn(tx, campaignId);
      return this.decide(tx, campaignId, actor);
    });
  }

  private async review(campaignId: number): Promise<boolean> {
    for (let added = MOST_CHANGES; added === MOST_CHANGES;) {
      added = await this.database.transaction(async (tx) =>
        (await this.decisions.takeTurn(tx, campaignId))
          ? this.metrics.refresh(tx, campaignId, MOST_CHANGES)
          : 0,
      );
    }
    return this.database.transaction(async (tx) => {
      if (!(await this.decisions.takeTurn(tx, campaignId))) return false;
      await this.decide(tx, campaignId, null);
      await this.decisions.noteReview(tx, campaignId);
      return true;
    });
  }

  /** The caller has the campaign's turn. @returns what was stored */
  private async decide(tx: Transaction, campaignId: number, askedBy: string | null): Promise<Decision[]> {
    let finding = await this.look(tx, campaignId);
    if (askedBy === null && !finding.evidence.isActive) return [];
    let pausing: Judgement[] = [];
    if (this.config.autoPause && finding.judgements.some(isPause)) {
      await this.campaigns.lock(tx, campaignId);
      // A person may have paused or resumed it meanwhile: what is found under the lock counts.
      finding = await this.look(tx, campaignId);
      if (finding.evidence.isActive) pausing = finding.judgements.filter(isPause);
    }

    const stored = await this.store(tx, campaignId, askedBy, finding, pausing);
    const first = stored.find(({ applied }) => applied);
    if (first !== undefined) await this.pause(tx, first, pausing);
    return stored;
  }

  private async pause(tx: Transaction, decision: Decision, pausing: readonly Judgement[]): Promise<void> {
    const { id, campaign_id: campaignId, rule } = decision;
    const reason = pausing.map((judgement) => judgement.reason).join(' ');
    const { name } = await this.campaigns.pauseIn(
      tx,
      campaignId,
      reason.slice(0, MAX_REASON),
      `rule:${rule}`,
    );
    await this.alerts.raise(tx, {
      kind: 'campaign.paused',
      dedupeKey: `decision:${id}`,
      data: {
        campaign_id: campaignId,
        campaign: name,
        decision_id: id,
        rule,
        rule_version: decision.rule_version,
        numerator: decision.numerator,
        denominator: decision.denominator,
        rate: decision.rate,
        low: decision.low,
        high: decision.high,
        threshold: decision.threshold,
      },
    });
    this.logger.warn({ event: 'campaign.paused', campaign_id: campaignId, rule });
  }

  private async look(tx: Transaction, campaignId: number): Promise<Finding> {
    const evidence = await this.metrics.findEvidence(tx, campaignId);
    if (evidence === null) throw new DomainError('campaign_not_found', `There is no campaign ${campaignId}.`);
    const { window } = evidence;
    const judgements = judge(
      {
        answeredLeads: { count: evidence.matureLeadsReplied, total: evidence.matureLeads },
        hardBounces: { count: window.hard_bounces, total: window.sent },
        accountHardBounces: { count: evidence.accountHardBounces, total: evidence.accountSent },
        complaints: { count: window.complaints, total: window.sent },
        unsubscribed: { count: window.unsubscribed, total: window.sent },
      },
      this.config,
    );
    return { evidence, judgements };
  }

  private async store(
    tx: Transaction,
    campaignId: number,
    askedBy: string | null,
    { evidence, judgements }: Finding,
    pausing: readonly Judgement[],
  ): Promise<Decision[]> {
    const last = new Map(
      (await this.decisions.findLast(tx, campaignId, RULES)).map((decision) => [decision.rule, decision]),
    );
    const stored: Decision[] = [];
    for (const judgement of judgements) {
      const applied = pausing.includes(judgement);
      if (askedBy === null && !isNews(judgement, applied, last.get(judgement.rule))) continue;
      stored.push(
        await this.decisions.insert(tx, {
          ...judgement,
          campaign_id: campaignId,
          rule_version: RULE_VERSION,
          applied,
          // Answers are judged over all time, everything else over the last days.
          window_started_at: judgement.rule === 'REPLY_RATE' ? evidence.judgedFrom : evidence.windowStartedAt,
          asked_by: askedBy,
          metrics: evidence.window,
        }),
      );
    }
    return stored;
  }
}

function isPause({ verdict }: Judgement): boolean {
  return verdict === 'PAUSE';
}

function isNews(judgement: Judgement, applied: boolean, last: LastDecision | undefined): boolean {
  if (last?.verdict !== judgement.verdict || last.applied !== applied) return true;
  const hasMoved = last.numerator !== judgement.numerator || last.denominator !== judgement.denominator;
  return hasMoved && last.is_old;
}
