-- +goose Up
-- How far limits are used up (docs/adr/0011): strict ones, decided here, and
-- what replicas tell one another of the others. Subjects stand as keyed hashes.
CREATE TABLE limit_marks (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  tries INT NOT NULL,
  used_until DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX limit_marks_used ON limit_marks (used_until);

CREATE TABLE limit_shares (
  id VARCHAR(64) NOT NULL,
  replica VARCHAR(36) NOT NULL,
  spent INT NOT NULL,
  used_until DATETIME/*!(3)*/ NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (id, replica)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX limit_shares_updated ON limit_shares (updated_at);

-- What residents wrote lately, as marks of their texts, and what the rules
-- against abuse found in it (docs/adr/0012).
CREATE TABLE turn_marks (
  turn_id VARCHAR(36) NOT NULL PRIMARY KEY,
  author_id VARCHAR(36) NOT NULL,
  representative_id VARCHAR(36) NOT NULL,
  mark VARCHAR(64) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX turn_marks_author ON turn_marks (author_id, created_at);
CREATE INDEX turn_marks_mark ON turn_marks (mark, created_at);
CREATE INDEX turn_marks_created ON turn_marks (created_at);

CREATE TABLE turn_findings (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  turn_id VARCHAR(36) NOT NULL,
  message_id VARCHAR(36) NOT NULL,
  rule VARCHAR(32) NOT NULL,
  outcome VARCHAR(16) NOT NULL,
  evidence VARCHAR(500) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX turn_findings_message ON turn_findings (message_id, created_at, id);
