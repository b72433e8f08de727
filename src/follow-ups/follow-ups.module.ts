import { Module } from '@nestjs/common';
import { CampaignsModule } from '../campaigns/campaigns.module.js';
import { EmailModule } from '../email/email.module.js';
import { LeadsModule } from '../leads/leads.module.js';
import { SequencesModule } from '../sequences/sequences.module.js';
import { CampaignSequences } from './campaign-sequences.service.js';
import { EnrolmentsReadModel } from './enrolments.view.js';
import { Blockers } from './explain/blockers.service.js';
import { EnrolmentGroupsReadModel } from './explain/enrolment-groups.view.js';
import { ExplainController } from './explain/explain.controller.js';
import { Explanations } from './explain/explanations.service.js';
import { FollowUps } from './follow-ups.service.js';
import { FollowUpsTask } from './follow-ups.task.js';
import { SequencesController } from './sequences.controller.js';

@Module({
  imports: [CampaignsModule, EmailModule, LeadsModule, SequencesModule],
  controllers: [ExplainController, SequencesController],
  providers: [
    Blockers,
    CampaignSequences,
    EnrolmentGroupsReadModel,
    EnrolmentsReadModel,
    Explanations,
    FollowUps,
    FollowUpsTask,
  ],
})
export class FollowUpsModule {}
