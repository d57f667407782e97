-- +goose Up
-- Whom and what people follow, to hear of news about them.
CREATE TABLE follows (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  target_id VARCHAR(36) NOT NULL,
  former_id VARCHAR(36) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX follows_once ON follows (person_id, kind, target_id);
CREATE INDEX follows_target ON follows (kind, target_id, person_id);
CREATE INDEX follows_former ON follows (former_id, person_id);
