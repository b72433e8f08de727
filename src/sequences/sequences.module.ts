import { Module } from '@nestjs/common';
import { LeadsModule } from '../leads/leads.module.js';
import { EnrolmentScheduleRepository } from './enrolment-schedule.repository.js';
import { EnrolmentSchedule } from './enrolment-schedule.service.js';
import { EnrolmentsRepository } from './enrolments.repository.js';
import { EnrolmentsService } from './enrolments.service.js';
import { SequencesRepository } from './sequences.repository.js';
import { SequencesService } from './sequences.service.js';
import { TransitionsService } from './transitions.service.js';

@Module({
  imports: [LeadsModule],
  providers: [
    EnrolmentSchedule,
    EnrolmentScheduleRepository,
    EnrolmentsRepository,
    EnrolmentsService,
    SequencesRepository,
    SequencesService,
    TransitionsService,
  ],
  exports: [EnrolmentSchedule, EnrolmentsService, SequencesService, TransitionsService],
})
export class SequencesModule {}
