-- AlterTable
ALTER TABLE "changes" ADD COLUMN "late" BOOLEAN NOT NULL DEFAULT false;
