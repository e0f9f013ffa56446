import { Body, Controller, Get, HttpCode, Inject, Post } from "@nestjs/common";
import { Backup, type RestoreResult } from "@ratchet/contracts";
import { parseBody } from "../admission/parse-object.js";
import { Asked } from "../http/request.decorator.js";
import type { Request } from "../state/intents.js";
import { BackupService } from "./backup.service.js";

@Controller("api/v1")
export class BackupController {
  readonly #service: BackupService;

  constructor(@Inject(BackupService) service: BackupService) {
    this.#service = service;
  }

  @Get("backup")
  take(): Promise<Backup> {
    return this.#service.take();
  }

  @Post("restore")
  @HttpCode(200)
  restore(@Body() body: unknown, @Asked() asked: Request): Promise<RestoreResult> {
    return this.#service.restore(parseBody(Backup, body), asked);
  }
}
