import { Body, Controller, Get, HttpCode, Inject, Post } from "@nestjs/common";
import type { DoctorReport } from "@ratchet/contracts";
import { expectNoBody } from "../admission/parse-object.js";
import { DoctorService } from "./doctor.service.js";

@Controller("api/v1/doctor")
export class DoctorController {
  readonly #service: DoctorService;

  constructor(@Inject(DoctorService) service: DoctorService) {
    this.#service = service;
  }

  @Get()
  examine(): Promise<DoctorReport> {
    return this.#service.examine();
  }

  @Post()
  @HttpCode(200)
  mend(@Body() body: unknown): Promise<DoctorReport> {
    expectNoBody(body);
    return this.#service.mend();
  }
}
