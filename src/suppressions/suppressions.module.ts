import { Module } from '@nestjs/common';
import { SuppressionsRepository } from './suppressions.repository.js';
import { SuppressionsService } from './suppressions.service.js';

@Module({
  providers: [SuppressionsRepository, SuppressionsService],
  exports: [SuppressionsService],
})
export class SuppressionsModule {}
