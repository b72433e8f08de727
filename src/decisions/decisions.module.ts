import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { CampaignsModule } from '../campaigns/campaigns.module.js';
import { CampaignDecisionsController } from './api/campaign-decisions.controller.js';
import { CampaignMetricsReadModel } from './api/campaign-metrics.view.js';
import { DecisionsReadModel } from './api/decisions.view.js';
import { DecisionLoop } from './decision-loop.service.js';
import { DecisionsRepository } from './decisions.repository.js';
import { DecisionsTask } from './decisions.task.js';
import { MetricsRepository } from './metrics/metrics.repository.js';

@Module({
  imports: [AlertsModule, CampaignsModule],
  controllers: [CampaignDecisionsController],
  providers: [
    CampaignMetricsReadModel,
    DecisionLoop,
    DecisionsReadModel,
    DecisionsRepository,
    DecisionsTask,
    MetricsRepository,
  ],
})
export class DecisionsModule {}
