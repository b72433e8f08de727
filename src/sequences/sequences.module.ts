import { Module } from '@nestjs/common';
import { EnrolmentsRepository } from './enrolments.repository.js';
import { EnrolmentsService } from './enrolments.service.js';

@Module({
  providers: [EnrolmentsRepository, EnrolmentsService],
  exports: [EnrolmentsService],
})
export class SequencesModule {}
