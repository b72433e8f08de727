import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig } from './feature-config.js';
import { boolean, fraction, integer } from './parser.js';

/** Whether campaigns are paused by rules, and when one that nobody answers is. */
export class DecisionsConfig extends FeatureConfig {
  @EnvironmentVariable('AICMO_CAM_AUTO_PAUSE_ENABLE', boolean, {
    default: 'false',
    doc: 'True lets the rules pause campaigns; false stores what they would have done.',
  })
  readonly autoPause: boolean;

  /** 0..1 */
  @EnvironmentVariable('AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD', fraction, {
    default: '0.1',
    doc: 'Share of leads, 0 to 1, that should answer; a campaign that certainly stays below is paused.',
  })
  readonly replyRateThreshold: number;

  @EnvironmentVariable('AICMO_CAM_AUTO_PAUSE_MIN_SENDS_TO_EVALUATE', integer({ min: 1, max: 1_000_000 }), {
    default: '50',
    doc: 'Leads first mailed at least 72 hours ago before the share of answers is judged.',
  })
  readonly minSendsToEvaluate: number;
}
