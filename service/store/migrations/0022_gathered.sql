-- +goose Up
-- Messages on one matter that are answered together with a leading one.
ALTER TABLE messages ADD COLUMN leading_id VARCHAR(36) NOT NULL DEFAULT '';
CREATE INDEX messages_leading ON messages (leading_id);

-- The queue as a file, made in the background and kept for a day in pieces that
-- every replica can read.
CREATE TABLE exports (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  filter VARCHAR(1000) NOT NULL,
  words VARCHAR(200) NOT NULL,
  state VARCHAR(16) NOT NULL,
  written INT NOT NULL,
  size INT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  ended_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX exports_person ON exports (person_id, created_at);
CREATE INDEX exports_created ON exports (created_at);

CREATE TABLE export_parts (
  export_id VARCHAR(36) NOT NULL,
  part INT NOT NULL,
  content MEDIUMTEXT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (export_id, part)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX export_parts_created ON export_parts (created_at);
