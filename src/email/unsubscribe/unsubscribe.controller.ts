import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UNSUBSCRIBE_PAGE_HEADERS, UNSUBSCRIBE_PAGES } from './unsubscribe-page.js';
import { UnsubscribeService } from './unsubscribe.service.js';

/**
 * The link at the end of every mail, for browsers and for the one click of mail programs (RFC 8058): no key, no cookie,
 * no redirect. GET changes nothing, because scanners follow every link of a mail.
 */
@ApiExcludeController()
@Controller('u')
export class UnsubscribeController {
  constructor(private readonly unsubscribes: UnsubscribeService) {}

  @Get(':token')
  async ask(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const known = await this.unsubscribes.knows(token);
    return show(reply, known ? 200 : 404, known ? 'question' : 'unknown');
  }

  /** Any body, or none. A mail program gets an empty answer, a browser a page. */
  @Post(':token')
  @HttpCode(200)
  async unsubscribe(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const known = await this.unsubscribes.unsubscribe(token);
    if ((request.headers.accept ?? '').includes('text/html')) {
      return show(reply, known ? 200 : 404, known ? 'done' : 'unknown');
    }
    void reply.status(known ? 200 : 404);
    return '';
  }
}

function show(reply: FastifyReply, status: number, page: keyof typeof UNSUBSCRIBE_PAGES): string {
  void reply.status(status).headers(UNSUBSCRIBE_PAGE_HEADERS);
  return UNSUBSCRIBE_PAGES[page];
}
