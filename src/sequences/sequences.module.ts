import { Module } from '@nestjs/common';
import { EnrolmentScheduleRepository } from './enrolment-schedule.repository.js';
import { EnrolmentSchedule } from './enrolment-schedule.service.js';
import { EnrolmentsRepository } from './enrolments.repository.js';
import { EnrolmentsService } from './enrolments.service.js';
import { SequencesRepository } from './sequences.repository.js';
import { SequencesService } from './sequences.service.js';

@Module({
  providers: [
    EnrolmentSchedule,
    EnrolmentScheduleRepository,
    EnrolmentsRepository,
    EnrolmentsService,
    SequencesRepository,
    SequencesService,
  ],
  exports: [EnrolmentSchedule, EnrolmentsService, SequencesService],
})
export class SequencesModule {}
