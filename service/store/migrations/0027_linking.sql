-- +goose Up
-- Two persons who turn out to be one (docs/adr/0036): that they were joined, which
-- rows went over, and the codes by which somebody says so themselves.
ALTER TABLE people ADD COLUMN merged_into VARCHAR(36) NOT NULL DEFAULT '';
CREATE INDEX people_merged ON people (merged_into);

CREATE TABLE person_links (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  kept_id VARCHAR(36) NOT NULL,
  absorbed_id VARCHAR(36) NOT NULL,
  cause VARCHAR(16) NOT NULL,
  state VARCHAR(16) NOT NULL,
  name_taken BOOLEAN NOT NULL,
  phone_taken BOOLEAN NOT NULL,
  linked_at DATETIME/*!(3)*/ NOT NULL,
  undo_until DATETIME/*!(3)*/ NOT NULL,
  undone_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX person_links_kept ON person_links (kept_id, linked_at);
CREATE INDEX person_links_absorbed ON person_links (absorbed_id, linked_at);
CREATE INDEX person_links_until ON person_links (state, undo_until);

CREATE TABLE linked_rows (
  link_id VARCHAR(36) NOT NULL,
  place VARCHAR(64) NOT NULL,
  row_key VARCHAR(64) NOT NULL,
  dropped VARCHAR(1000) NOT NULL,
  PRIMARY KEY (link_id, place, row_key)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE link_codes (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  code_hash VARCHAR(64) NOT NULL,
  link_id VARCHAR(36) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  expires_at DATETIME/*!(3)*/ NOT NULL,
  used_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX link_codes_code ON link_codes (code_hash);
CREATE INDEX link_codes_person ON link_codes (person_id);
CREATE INDEX link_codes_end ON link_codes (expires_at);
