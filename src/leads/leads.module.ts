import { Module } from '@nestjs/common';
import { CampaignsModule } from '../campaigns/campaigns.module.js';
import { LeadsController } from './leads.controller.js';
import { LeadsRepository } from './leads.repository.js';
import { LeadsService } from './leads.service.js';
import { LeadsReadModel } from './leads.view.js';
import { LeadTransitionsRepository } from './transitions/lead-transitions.repository.js';
import { LeadTransitionsService } from './transitions/lead-transitions.service.js';

@Module({
  imports: [CampaignsModule],
  controllers: [LeadsController],
  providers: [
    LeadsRepository,
    LeadsService,
    LeadsReadModel,
    LeadTransitionsRepository,
    LeadTransitionsService,
  ],
  exports: [LeadsReadModel, LeadsService, LeadTransitionsService],
})
export class LeadsModule {}
