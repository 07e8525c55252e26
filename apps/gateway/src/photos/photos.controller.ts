import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { photoResponseSchema, type PhotoResponse } from '#libs/contracts';
import type { FastifyRequest } from 'fastify';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { Photos } from './photos.js';
import { readPhoto } from './read-photo.js';

const form = {
  type: 'object',
  properties: {
    photo: { type: 'string', format: 'binary', description: 'JPEG, PNG or HEIC, at most 10 MB' },
  },
  required: ['photo'],
  additionalProperties: false,
};

@Controller('v1/reissues/:id/identity/photos')
@WithAccess()
export class PhotosController {
  constructor(private readonly photos: Photos) {}

  @Post()
  @HttpCode(201)
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: form })
  @DocumentedEndpoint('uploadPhoto', { 201: photoResponseSchema })
  upload(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<PhotoResponse> {
    return this.photos.upload(caller, id, (upload) => readPhoto(request, upload));
  }
}
