-- CreateTable
CREATE TABLE "changes" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "actor" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "namespace" TEXT,
    "name" TEXT NOT NULL,
    "uid" TEXT,
    "revision" BIGINT NOT NULL,
    "before" TEXT,
    "after" TEXT,
    "revertOf" TEXT,
    "batch" TEXT
);

-- CreateTable
CREATE TABLE "layouts" (
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "positions" TEXT NOT NULL,
    "updatedBy" TEXT NOT NULL,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("namespace", "name")
);

-- CreateIndex
CREATE INDEX "changes_namespace_kind_name_id_idx" ON "changes"("namespace", "kind", "name", "id");

-- CreateIndex
CREATE INDEX "changes_at_idx" ON "changes"("at");
