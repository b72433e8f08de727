import { Module } from '@nestjs/common';
import { SuppressionsController } from './suppressions.controller.js';
import { SuppressionsRepository } from './suppressions.repository.js';
import { SuppressionsService } from './suppressions.service.js';
import { SuppressionsReadModel } from './suppressions.view.js';

@Module({
  controllers: [SuppressionsController],
  providers: [SuppressionsReadModel, SuppressionsRepository, SuppressionsService],
  exports: [SuppressionsService],
})
export class SuppressionsModule {}
